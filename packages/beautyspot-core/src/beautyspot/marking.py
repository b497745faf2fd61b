"""Making a marked function out of a function, its options and the parts of a Spot."""

import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from beautyspot.bootstrap import Container, serializer_for
from beautyspot.core.engine import Policy
from beautyspot.core.errors import ConfigurationError
from beautyspot.core.keys import KeyMaker
from beautyspot.drivers.reporting import Origin
from beautyspot.identity import closure_of, module_of, require_function, signature_of
from beautyspot.marked import Marked
from beautyspot.options import Options

__all__ = ["mark_function"]

P = ParamSpec("P")
R = TypeVar("R")


def mark_function(
    parts: Container, function: Callable[P, R], options: Options, defaults: Options
) -> Marked[P, R]:
    """Answer ``function``, marked.

    Raises:
        ConfigurationError: the function, or an option, cannot be used.
    """
    if isinstance(function, Marked):
        msg = f"{function!r} is marked already; mark the plain function, {function.__wrapped__!r}"
        raise ConfigurationError(msg)
    plain = require_function(function)
    module = module_of(plain)
    strict = defaults.strict if options.strict is None else options.strict
    save_blob = defaults.save_blob if options.save_blob is None else options.save_blob
    policy = Policy(
        func_name=f"{module}.{plain.__qualname__}",
        version=options.version,
        save_blob=save_blob,
        content_type=options.content_type,
        retention=options.kept_for(defaults.retention),
        strict=bool(strict),
    )
    code = plain.__code__
    own = {} if options.serializer is None else {"serializer": serializer_for(options.serializer)}
    results = parts.results(origin=Origin(code.co_filename, code.co_firstlineno, module), **own)
    make = parts.awaiting if inspect.iscoroutinefunction(plain) else parts.blocking
    identity = f"{module}:{plain.__qualname__}"
    keys = KeyMaker(identity, options.version, signature_of(plain), closure_of(plain))
    return Marked(function, keys, make(plain, keys, policy, results), results.tally)
