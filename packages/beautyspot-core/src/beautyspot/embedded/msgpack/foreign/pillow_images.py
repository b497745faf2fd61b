"""Images of PIL that are in memory: mode, size, palette, pixels and ``info``.

Whatever is in ``info`` counts as content: it is stored whole, and an image is refused when
something in it is not storable. What ``Image.open`` answers is of another class, belongs to a file
and is refused.
"""

import sys
from typing import Any, Final, TypeAlias

from PIL import Image, ImageFile

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact, refused, unstorable
from beautyspot.embedded.msgpack.foreign.parts import buffer, expect, items

__all__ = ["BASES", "CODECS"]

_Palette: TypeAlias = tuple[str, bytes]

#: Bits of a pixel, in the modes whose pixels come back as they were. "1;8" is our own name for an
#: image of mode "1" with pixels that are neither 0 nor 255, as Image.new("1", size, 1) makes it.
_BITS: Final = {
    "1": 1, "1;8": 8, "L": 8, "P": 8, "LA": 16, "La": 16, "PA": 16, "I;16": 16, "I;16B": 16,
    "I;16L": 16, "RGB": 24, "YCbCr": 24, "HSV": 24, "LAB": 24, "RGBA": 32, "RGBa": 32, "RGBX": 32,
    "CMYK": 32, "I": 32, "F": 32,
}  # fmt: skip
_INDEXED: Final = frozenset({"P", "PA"})
_PALETTES: Final = frozenset({"RGB", "RGBA", "L"})
#: What every image has besides pixels, and what saving it leaves behind.
_USUAL: Final = frozenset({"im", "mode", "size", "palette", "info", "readonly", "pyaccess"})
_UNCHANGED: Final = range(256)
_WAY_ROUND: Final = "Return image.convert('RGB'), or its bytes in a file format"


def _encode(image: Image.Image) -> list[object]:
    _check(image)
    palette = _palette_of(image)
    mode, pixels = _pixels(image)
    parts: list[object] = [mode, list(image.size), sys.byteorder, pixels]
    parts += [None if palette is None else list(palette), dict(image.info)]
    back = _decode(parts)
    if (back.mode, back.size, _palette_of(back)) != (image.mode, image.size, palette):
        raise unstorable("its palette would change", _WAY_ROUND)
    return parts


def _pixels(image: Image.Image) -> tuple[str, bytes]:
    if image.mode == "1" and image.width and image.height:
        found = image.getcolors(256) or []
        if not {value for _, value in found} <= {0, 255}:
            return "1;8", image.point(_UNCHANGED, "L").tobytes()
    return image.mode, image.tobytes()


def _check(image: Image.Image) -> None:
    if image.mode not in _BITS:
        raise unstorable(f"its mode {image.mode!r} is not known", _WAY_ROUND)
    more = [name for name in vars(image) if name[0] != "_" and name not in _USUAL]
    further = [name for name in more if not name.startswith("encoder")]
    if further:
        why = f"it has the attribute {further[0]!r}"
        raise unstorable(why, "Return image.copy(), and that beside it")
    exif: Any = getattr(image, "_exif", None)
    if exif is not None and dict(exif) != dict(_fresh_exif(image)):
        raise unstorable("its Exif data were changed", "Set image.info['exif'] first")


def _fresh_exif(image: Image.Image) -> Image.Exif:
    bare = Image.new("1", (1, 1))
    bare.info = dict(image.info)
    return bare.getexif()


def _palette_of(image: Image.Image) -> _Palette | None:
    if image.mode not in _INDEXED or image.palette is None:
        return None
    colors = image.getpalette(None)
    return None if colors is None else (image.palette.mode, bytes(colors))


def _decode(parts: list[Any]) -> Image.Image:
    mode, sides, byteorder, content, palette, info = parts
    bits = _BITS.get(expect(mode, str))
    width, height = (expect(side, int) for side in items(sides))
    if bits is None or min(width, height) < 0:
        raise ValueError("an image has another mode or size")
    if expect(byteorder, str) != sys.byteorder:
        raise ValueError("the image was stored on a machine with another order of bytes")
    pixels = buffer(content, (width * bits + 7) // 8 * height)
    image = _image(mode, (width, height), pixels)
    if palette is not None:
        if mode not in _INDEXED:
            raise ValueError("an image of this mode has no palette")
        _put(image, items(palette))
    image.info = expect(info, dict)
    return image


def _image(mode: str, size: tuple[int, int], pixels: memoryview) -> Image.Image:
    if mode == "1;8":
        return _image("L", size, pixels).point(_UNCHANGED, "1")
    if not len(pixels):
        return Image.new(mode, size)
    return Image.frombytes(mode, size, pixels)


def _put(image: Image.Image, palette: list[Any]) -> None:
    mode, colors = palette
    if expect(mode, str) not in _PALETTES:
        raise ValueError("no palette has this mode")
    found = bytes(colors) if type(colors) is memoryview else expect(colors, bytes)
    if len(found) > 256 * len(mode) or len(found) % len(mode):
        raise ValueError("a palette has at most 256 colours")
    image.putpalette(found, mode)


CODECS: Final[dict[type, Codec]] = {
    Image.Image: exact("PIL.Image.Image", _encode, _decode, buffers=True),
}
#: Pillow loads the class for a file format when the first such file is opened.
BASES: Final[dict[type, Codec]] = {
    ImageFile.ImageFile: refused(
        "PIL.ImageFile.ImageFile",
        "it belongs to an open file",
        "Return image.copy() or image.convert(...)",
    ),
}
