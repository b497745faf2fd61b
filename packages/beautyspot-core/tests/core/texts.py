"""The text of a value."""

from beautyspot.core.encoding import canonical_text


def text(value: object) -> str:
    return canonical_text({"x": value})
