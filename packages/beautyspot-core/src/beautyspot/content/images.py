"""The content of images of PIL: every pixel, the palette, and what the file said of them."""

from typing import Any

from beautyspot.content.naming import Naming
from beautyspot.core.content import Content, NoContent

__all__ = ["image"]


def image(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an image of one frame."""
    if getattr(value, "is_animated", False):
        raise NoContent("it has several frames; pass its path, or a copy() of one frame")
    pixels = value.tobytes()  # loads a file, of which info and palette are known only then
    palette = value.getpalette("RGBA") if value.mode in {"P", "PA"} else None
    parts = {
        "pixels": pixels,
        "palette": palette,
        "info": dict(value.info),
        "exif": dict(value.getexif()),
    }
    labels = {"t": naming.of(type(value)), "mode": value.mode, "size": list(value.size)}
    return Content("image", labels, parts)
