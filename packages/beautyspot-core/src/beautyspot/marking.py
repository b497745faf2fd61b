"""Making a marked function out of a function, its options and the parts of a Spot."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from inspect import Signature
from typing import Any, ParamSpec, TypeVar, cast

from beautyspot.bootstrap import Container, serializer_for
from beautyspot.classes import class_finder
from beautyspot.codeprint import RunningCode, session_of
from beautyspot.core.binding import Binder
from beautyspot.core.content import Describe
from beautyspot.core.engine import Policy
from beautyspot.core.errors import ConfigurationError
from beautyspot.core.keys import Bind, KeyMaker
from beautyspot.core.ports import ClassSerializer, Serializer
from beautyspot.core.trouble import Trouble
from beautyspot.drivers.code import CodeGuard
from beautyspot.drivers.explaining import Explainer
from beautyspot.drivers.hooks import Hooks
from beautyspot.drivers.reporting import Origin
from beautyspot.drivers.results import ResultStore
from beautyspot.drivers.teller import Teller
from beautyspot.identity import closure_of, imported_name, module_of, signature_of
from beautyspot.keygen import KeyGenPolicy, custom, narrowed
from beautyspot.limited import limited, runner, taken
from beautyspot.marked import Driver, Marked, with_run
from beautyspot.options import Options
from beautyspot.run_options import RunOptions
from beautyspot.target import Target, take_apart

__all__ = ["mark_function", "run_function"]

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
    function, said = taken(function)
    if said is not None:
        options = replace(options, run=options.run.joined(said))
    target = take_apart(function)
    plain = target.function
    session = session_of(plain)
    module = session or module_of(plain)
    code = RunningCode(plain)
    on_change = options.on_code_change or ("warn" if session is None else "recompute")
    naming = partial(imported_name, variables=getattr(plain, "__globals__", {}))
    policy = _policy(f"{module}.{target.name}", options, defaults)
    keys = _keys(
        target,
        func_name=f"{module}:{target.name}",
        options=options,
        describe=parts.describer(module_name=naming).describe,
        code=code if on_change == "recompute" else None,
    )
    streams = target.is_generator_function or target.is_async_generator_function
    results = (parts.stream_results if streams else parts.results)(
        origin=_origin(target, module),
        guard=CodeGuard(policy.func_name, on_change, code),
        hooks=Hooks((*defaults.hooks, *options.hooks)),
        serializer=_serializer(parts, target, naming, options),
        # Who waits for a run is to find it kept as his own would be.
        flights=parts.flights().apart((policy.saves, policy.save_sync, policy.strict)),
    )
    teller = Teller(
        func_name=policy.func_name,
        version=policy.version,
        hooks=results.hooks,
        tell=results.report,
        keys=keys,
    )
    run = runner(parts, target, options.run, teller, strict=policy.strict)
    driver = _driver(parts, target, run, (keys, policy, results))

    def again(more: RunOptions) -> Marked[P, R]:
        options_ = replace(options, run=options.run.joined(more))
        return mark_function(parts, function, options_, defaults)

    return Marked(
        target=target,
        keys=keys,
        driver=driver,
        results=results,
        explainer=Explainer(keys, policy, results),
        run=run,
        again=again,
    )


def run_function(
    parts: Container, function: Callable[P, R], options: RunOptions, defaults: Options
) -> Callable[P, R]:
    """Answer ``function`` under limits, or tried again; marked, if it is marked.

    Raises:
        ConfigurationError: the function, or an option, cannot be used.
    """
    if isinstance(function, Marked):
        return with_run(cast("Marked[P, R]", function), options)
    _refuse_marked_within(function)
    plain, said = taken(function)
    if said is not None:
        options = said.joined(options)
    target = take_apart(plain)
    module = module_of(target.function)
    origin = _origin(target, module)
    hooks, reporter = Hooks(tuple(defaults.hooks)), parts.reporter()

    def tell(trouble: Trouble) -> None:
        reporter.report(trouble, origin)
        hooks.trouble(trouble)

    name = f"{module}.{target.name}"
    teller = Teller(func_name=name, version=None, hooks=hooks, tell=tell, keys=None)
    strict = bool(defaults.strict)
    run = runner(parts, target, options, teller, strict=strict, is_alike=True)
    return cast("Callable[P, R]", limited(plain, run, options))


def _refuse_marked_within(function: Any) -> None:  # noqa: ANN401  # whatever is decorated
    """Refuse a function that stands around a marked one: its limits would count every hit."""
    inner = function
    while (inner := getattr(inner, "__wrapped__", None)) is not None:
        if isinstance(inner, Marked):
            msg = (
                f"{function!r} stands around {inner!r}: limits and retries around it would count "
                "calls that are answered from the store. Write the decorator right above or below "
                "@spot.mark"
            )
            raise ConfigurationError(msg)


def _driver(
    parts: Container,
    target: Target,
    run: Callable[..., Any],
    rest: tuple[KeyMaker, Policy, ResultStore],
) -> Driver:
    if rest[1].mode == "off":
        return parts.bypassing(run)
    if target.is_generator_function:
        return parts.streaming(run, *rest)
    if target.is_async_generator_function:
        return parts.streaming_async(run, *rest)
    make = parts.awaiting if target.is_coroutine_function else parts.blocking
    return make(run, *rest)


def _policy(func_name: str, options: Options, defaults: Options) -> Policy:
    strict = defaults.strict if options.strict is None else options.strict
    save_blob = defaults.save_blob if options.save_blob is None else options.save_blob
    return Policy(
        func_name=func_name,
        version=options.version,
        save_blob=save_blob,
        content_type=options.content_type,
        retention=options.kept_for(func_name, defaults.retention),
        save_sync=options.saves_sync(defaults.save_sync, strict=defaults.strict),
        strict=bool(strict),
        on_schema_change=options.on_schema_change,
        explain=options.explain,
        mode=options.mode or defaults.mode or "normal",
    )


def _keys(
    target: Target,
    *,
    func_name: str,
    options: Options,
    describe: Describe,
    code: RunningCode | None,
) -> KeyMaker:
    plain = target.function
    signature = signature_of(plain)
    return KeyMaker(
        func_name=func_name,
        version=options.version,
        bind=_bind(target, signature, options),
        closure=closure_of(plain),
        describe=describe,
        code=None if code is None else code.root,
        may_block=isinstance(options.key, KeyGenPolicy) and options.key.reads_files,
    )


def _bind(target: Target, signature: Signature, options: Options) -> Bind:
    """Answer what gives the arguments that count their names."""
    bind: Bind = Binder(signature).bind
    if target.args or target.keywords:
        bind = _completed(bind, target)
    key = options.key
    if key is not None and not isinstance(key, KeyGenPolicy):
        always = [target.args, dict(target.keywords)] if target.args or target.keywords else None
        return custom(bind, key, always)
    policy = (key or KeyGenPolicy()).ignoring(options.ignore)
    return bind if policy == KeyGenPolicy() else narrowed(bind, policy, signature)


def _completed(bind: Bind, target: Target) -> Bind:
    """Answer ``bind`` for a function of which some arguments are given already."""

    def bound(args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        return bind(target.args + args, {**target.keywords, **kwargs})

    return bound


def _serializer(
    parts: Container, target: Target, naming: Callable[[str], str], options: Options
) -> Serializer:
    """Answer the serializer, with sight of the classes that the function's code holds."""
    serializer = (
        parts.serializer() if options.serializer is None else serializer_for(options.serializer)
    )
    if isinstance(serializer, ClassSerializer):
        return serializer.within(class_finder(target.function, naming), options.on_schema_change)
    return serializer


def _origin(target: Target, module: str) -> Origin:
    if target.code is None:
        return Origin(f"<{module}>", 1, module)
    return Origin(target.code.co_filename, target.code.co_firstlineno, module)
