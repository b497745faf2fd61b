"""The content of types that take others: generics and unions, old and new."""

import types
import typing
from typing import Any, Final, cast

from beautyspot.content.naming import Naming, Write
from beautyspot.core.content import Content, Label, NoContent

__all__ = ["typed_writer"]


def typed_writer(kind: type) -> Write | None:
    """Answer what writes types of a kind; None when it is not one of types that take others."""
    if kind in _NEW:
        return _NEW[kind]
    if kind is typing.ForwardRef:
        return _forward
    if kind.__module__ == "typing" and hasattr(kind, "__getitem__"):
        return _old
    return None


def _union(value: Any, _: Naming) -> Content:  # noqa: ANN401
    """Write alternatives.

    Neither their order is content nor how they were spelt: ``int | None`` equals ``Optional[int]``,
    and where ``typing`` has seen the one, it answers with it to who asks for the other.
    """
    return Content("union", value=frozenset(value.__args__))


def _new(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write such as ``list[int]``."""
    is_unpacked = bool(getattr(value, "__unpacked__", False))
    labels: dict[str, Label] = {"t": naming.of(type(value)), "unpacked": is_unpacked}
    return Content("generic", labels, value=[value.__origin__, list(value.__args__)])


def _old(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write such as ``typing.List[int]``: what it is made of, whose class has been renamed."""
    if getattr(value, "__origin__", None) is typing.Union:
        return _union(value, naming)
    answer = value.__reduce__()
    if isinstance(answer, str):
        home = naming.module(getattr(value, "__module__", None))
        return Content("typing", {"n": f"{home}:{answer}"})
    _made, (origin, inner) = answer
    name = naming.of(origin) if isinstance(origin, type) else f"typing:{origin._name}"  # noqa: SLF001
    return Content("typing", {"n": name}, value=[inner])


def _forward(value: typing.ForwardRef, naming: Naming) -> Content:
    home: object = value.__forward_module__
    if not isinstance(home, str | None):
        raise NoContent("it is bound to a module; pass the type that it names")
    return Content(
        "typing", {"t": naming.of(type(value)), "n": value.__forward_arg__, "home": home}
    )


_NEW: Final[dict[type, Write]] = {
    cast("type", types.UnionType): _union,
    types.GenericAlias: _new,
}
