"""The content of pydantic models: fields, and private and further attributes."""

from typing import Any

from beautyspot.content.naming import Naming, class_of
from beautyspot.content.states import named_or_whole, without_caches
from beautyspot.core.content import Content

__all__ = ["pydantic_model", "pydantic_v1_model"]


def pydantic_model(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a model; which fields were given and which are defaults is no content."""
    more = [getattr(value, f"__pydantic_{part}__", None) for part in ("extra", "private")]
    kind = class_of(value)
    attributes, rest = named_or_whole(without_caches(kind, value.__dict__))
    return Content("pydantic", {"t": naming.of(kind)}, attributes, [*more, rest])


def pydantic_v1_model(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a model of the first version of pydantic."""
    state = dict(value.__getstate__())
    state.pop("__fields_set__", None)
    return Content("pydantic", {"t": naming.of(type(value))}, value=state)
