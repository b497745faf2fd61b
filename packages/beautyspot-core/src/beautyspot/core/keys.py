"""From a call to its cache key.

The key is the first 32 hexadecimal digits (128 bits) of the SHA-256 of the call's canonical text:
the scheme, the function, its version, its closure and its arguments by name.
"""

from collections.abc import Mapping
from hashlib import sha256
from inspect import Parameter, Signature
from typing import Final, NamedTuple

from beautyspot.core.encoding import canonical_text, plain_text
from beautyspot.core.errors import UncacheableArgument

__all__ = ["SCHEME", "Binder", "KeyMaker", "Keyed", "digest"]

#: The number of the grammar of call texts; another number is another key for every call.
SCHEME: Final = 1

_KEY_DIGITS: Final = 32


def digest(text: str) -> str:
    """Answer 32 hexadecimal digits that stand for a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_DIGITS]


class Keyed(NamedTuple):
    """A call with its key."""

    cache_key: str
    arguments: str  #: the canonical text of the arguments


class KeyMaker:
    """Makes the keys of one function: all that is the same for every call is done once."""

    __slots__ = ("_bind", "_head", "_refusal")

    def __init__(
        self,
        func_name: str,
        version: str | None,
        signature: Signature,
        closure: Mapping[str, object],
    ) -> None:
        """Take what identifies the function.

        Args:
            func_name: dotted module, a colon, and the qualified name.
            version: what the user calls this version of the code; None is no version.
            signature: of the function.
            closure: the variables of the enclosing functions that the function uses, by name;
                they make several functions out of one text. Empty when there are none.
        """
        self._bind = Binder(signature).bind
        self._refusal: tuple[str, str, str] | None = None
        variables = ""
        try:
            if closure:
                variables = f',"c":{canonical_text(dict(closure))}'
        except UncacheableArgument as refusal:
            self._refusal = (refusal.path, refusal.kind, refusal.reason)
        identity = f'"f":{plain_text(func_name)},"v":{plain_text(version)}{variables}'
        self._head = f'{{"$k":{SCHEME},{identity},"a":'

    def key(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Keyed:
        """Answer the key of a call, and the text of its arguments.

        Raises:
            TypeError: the arguments do not fit the signature.
            UncacheableArgument: an argument or a closure variable has no stable content.
        """
        arguments = canonical_text(self._bind(args, kwargs))
        if self._refusal is not None:
            raise UncacheableArgument(*self._refusal)
        return Keyed(digest(f"{self._head}{arguments}}}"), arguments)


class Binder:
    """Binds arguments to the names of a signature, defaults applied.

    It does what ``Signature.bind`` and ``apply_defaults`` do, at a tenth of their time, because
    the signature is taken apart once. Spellings of one call give one result.
    """

    __slots__ = (
        "_defaults",
        "_keywords",
        "_names",
        "_plain",
        "_positional",
        "_required",
        "_var_keyword",
        "_var_positional",
    )

    def __init__(self, signature: Signature) -> None:
        """Take the signature apart."""
        kinds = {p.name: p.kind for p in signature.parameters.values()}
        by_kind = {kind: [n for n, k in kinds.items() if k is kind] for kind in kinds.values()}
        only = by_kind.get(Parameter.POSITIONAL_ONLY, [])
        both = by_kind.get(Parameter.POSITIONAL_OR_KEYWORD, [])
        keyword = by_kind.get(Parameter.KEYWORD_ONLY, [])
        self._positional = tuple(only + both)
        self._keywords = frozenset(both + keyword)
        self._names = frozenset(only + both + keyword)
        self._var_positional = next(iter(by_kind.get(Parameter.VAR_POSITIONAL, [])), None)
        self._var_keyword = next(iter(by_kind.get(Parameter.VAR_KEYWORD, [])), None)
        self._defaults = {
            p.name: p.default
            for p in signature.parameters.values()
            if p.default is not Parameter.empty
        }
        variadic = self._var_positional or self._var_keyword
        #: How many positional arguments fill the signature completely; -1 is never.
        self._plain = -1 if keyword or variadic else len(self._positional)

    def bind(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        """Answer the arguments by name; ``*args`` and ``**kwargs`` under their starred names.

        Raises:
            TypeError: the arguments do not fit, as in calling the function.
        """
        if not kwargs and len(args) == self._plain:
            return dict(zip(self._positional, args, strict=True))
        bound: dict[str, object] = dict(zip(self._positional, args, strict=False))
        taken = frozenset(bound)
        more = self._more_keywords(bound, taken, kwargs)
        for name in self._names - bound.keys():
            if name not in self._defaults:
                raise TypeError(f"missing argument {name!r}")
            bound[name] = self._defaults[name]
        extra = args[len(self._positional) :]
        if self._var_positional is not None:
            bound["*" + self._var_positional] = list(extra)
        elif extra:
            raise TypeError(f"{len(self._positional)} positional arguments, got {len(args)}")
        if self._var_keyword is not None:
            bound["**" + self._var_keyword] = more
        return bound

    def _more_keywords(
        self, bound: dict[str, object], taken: frozenset[str], kwargs: Mapping[str, object]
    ) -> dict[str, object]:
        """Put the keyword arguments of known names into ``bound``, answer the others."""
        more: dict[str, object] = {}
        for name, value in kwargs.items():
            if name in self._keywords:
                if name in taken:
                    raise TypeError(f"multiple values for argument {name!r}")
                bound[name] = value
            elif self._var_keyword is not None:
                more[name] = value
            else:
                raise TypeError(f"unexpected keyword argument {name!r}")
        return more
