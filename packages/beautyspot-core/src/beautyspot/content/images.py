"""The content of images of PIL: every pixel, the palette, and what the file said of them."""

from typing import Any

from beautyspot.content.naming import Naming
from beautyspot.core.content import Content

__all__ = ["image"]


def image(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an image; of an image file, the frame that it is at."""
    palette = value.getpalette("RGBA") if value.mode in {"P", "PA"} else None
    parts = {"pixels": value.tobytes(), "palette": palette, "info": dict(value.info)}
    labels = {"t": naming.of(type(value)), "mode": value.mode, "size": list(value.size)}
    return Content("image", labels, parts)
