"""Images come back as they were, or are refused."""

import io
import random

import pytest
from PIL import Image

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.foreign import codec_for
from beautyspot.embedded.msgpack.foreign.pillow_images import _BITS

MODES = sorted(set(_BITS) - {"1;8"})
SIZES = [(5, 3), (1, 1), (17, 2), (0, 0), (0, 4)]


def noise(mode: str, size: tuple[int, int] = (5, 3)) -> Image.Image:
    """Answer an image with every kind of pixel."""
    image = Image.new(mode, size)
    pixels = random.Random(mode).randbytes(len(image.tobytes()))
    if mode == "1":
        return Image.frombytes("L", size, random.Random(1).randbytes(size[0] * size[1])).convert(
            "1"
        )
    return Image.frombytes(mode, size, pixels) if pixels else image


def indexed(mode: str, colors: bytes) -> Image.Image:
    image = noise("P")
    image.putpalette(colors, mode)
    return image


@pytest.mark.parametrize("mode", MODES)
def test_an_image_comes_back(mode: str, round_trip, alike):
    image = noise(mode)

    assert alike([image], round_trip([image]))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["1", "RGB"])
def test_an_image_of_any_size_comes_back(mode: str, size: tuple[int, int], round_trip, alike):
    image = Image.new(mode, size)

    assert alike(image, round_trip(image))


@pytest.mark.parametrize("value", [0, 1, 7, 255])
def test_a_pixel_of_one_bit_keeps_its_value(value: int, round_trip):
    """Whatever stands for white in it."""
    found = round_trip(Image.new("1", (3, 2), value))

    assert value == found.getpixel((2, 1))


@pytest.mark.parametrize(
    "image",
    [
        indexed("RGB", bytes(range(30))),
        indexed("RGBA", bytes(range(40))),
        indexed("RGB", bytes(256 * 3)),
        noise("RGB").quantize(7),
        noise("P").convert("PA"),
    ],
)
def test_a_palette_comes_back(image: Image.Image, round_trip, alike):
    found = round_trip(image)

    assert alike(image, found)
    assert alike(image.convert("RGBA"), found.convert("RGBA"))


def test_what_is_known_about_an_image_comes_back(round_trip, alike):
    image = noise("P")
    image.info = {"dpi": (72, 72.5), "transparency": 1, "icc_profile": b"x", "comment": "a"}

    assert alike(image.info, round_trip(image).info)


def test_an_image_that_comes_back_can_be_written_to(round_trip):
    found = round_trip(noise("RGB"))
    found.putpixel((0, 0), (1, 2, 3))

    assert (1, 2, 3) == found.getpixel((0, 0))


def test_a_saved_image_can_be_stored(round_trip, alike):
    image = noise("RGB")
    image.save(io.BytesIO(), "JPEG", quality=50)

    assert alike(image, round_trip(image))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "GIF"])
def test_an_image_of_a_file_is_refused_and_its_copy_is_not(file_format: str, round_trip, alike):
    content = io.BytesIO()
    noise("L").save(content, file_format)
    opened = Image.open(content)

    with pytest.raises(SerializationError, match=r"image\.copy\(\)"):
        round_trip(opened)

    assert alike(opened.copy(), round_trip(opened.copy()))


def test_changed_exif_data_are_refused(round_trip):
    """They are not in the info that is kept."""
    image = noise("RGB")
    image.getexif()[270] = "new"

    with pytest.raises(SerializationError, match="Exif"):
        round_trip(image)


def test_exif_data_that_were_read_come_back(round_trip):
    exif = Image.Exif()
    exif[270] = "old"
    image = noise("RGB")
    image.info["exif"] = exif.tobytes()
    image.getexif()

    assert "old" == round_trip(image).getexif()[270]


@pytest.mark.parametrize(("name", "value"), [("info", {"a": object()}), ("caption", "b")])
def test_what_cannot_be_kept_of_an_image_refuses_it(name: str, value: object, round_trip):
    image = noise("RGB")
    setattr(image, name, value)

    with pytest.raises(SerializationError, match=r"object|caption"):
        round_trip(image)


def test_a_subclass_is_not_ours():
    assert codec_for(type("Own", (Image.Image,), {})) is None
