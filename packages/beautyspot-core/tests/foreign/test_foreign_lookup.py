"""Codecs are found by exact class and by name, and no library is loaded for nothing."""

import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.foreign import codec_for, codec_named

LIBRARIES = ["numpy", "pandas", "polars", "PIL"]
CLASSES = [
    np.ndarray, np.float32, np.str_, np.record, type(np.dtype("i4")), np.ma.MaskedArray,
    np.recarray, np.matrix, pd.DataFrame, pd.Series, pd.Index, pd.MultiIndex, pd.Timestamp,
    pd.Categorical, pd.Int64Dtype, type(pd.NA), pl.DataFrame, pl.Series, Image.Image,
]  # fmt: skip


def run(code: str) -> str:
    """Run code in a new process, and answer what it prints."""
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("class_", CLASSES)
def test_the_name_in_the_bytes_leads_back_to_the_codec(class_: type):
    codec = codec_for(class_)

    assert codec is codec_named(codec.name)


def test_a_class_that_only_claims_to_be_theirs_has_no_codec():
    claims = [type("DataFrame", (), {"__module__": name}) for name in ("pandas", "numpy.ma", "PIL")]
    claims += [type("Frame", (pd.DataFrame,), {"__module__": "pandas"})]
    claims += [type("Odd", (), {"__module__": property(lambda _self: 1)}), str, type]

    assert [None] * len(claims) == [codec_for(claim) for claim in claims]


@pytest.mark.parametrize(
    "name",
    ["", "numpy", "numpy.", "numpy.nothing", "os.system", "pandas.eval", "scipy.sparse", "PIL"],
)
def test_a_name_that_nobody_wrote_has_no_codec(name: str):
    assert codec_named(name) is None


def test_nothing_is_loaded_before_it_is_needed():
    """Not by the package, nor by asking about classes of others."""
    printed = run(
        f"""
        import sys
        from beautyspot.embedded.msgpack.foreign import codec_for, codec_named
        class Own: pass
        Own.__module__ = "numpy"
        found = [codec_for(str), codec_for(Own), codec_named("datetime.date")]
        print(found, [name for name in {LIBRARIES} if name in sys.modules])
        """
    )

    assert printed == "[None, None, None] []"


@pytest.mark.parametrize("library", LIBRARIES)
def test_only_the_library_of_the_value_is_loaded(library: str):
    """And those that it needs itself."""
    name = {"numpy": "numpy.ndarray", "PIL": "PIL.Image.Image"}.get(library, f"{library}.Series")
    loaded = run(
        f"""
        import sys
        from beautyspot.embedded.msgpack.foreign import codec_named
        codec_named({name!r})
        print(*[name for name in {LIBRARIES} if name in sys.modules])
        """
    )
    needed = {"pandas": ["numpy", "pandas"], "polars": ["numpy", "polars"]}

    assert needed.get(library, [library]) == loaded.split()


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_that_is_missing_is_named(library: str):
    """With what to install, which for PIL has another name."""
    message = run(
        f"""
        import sys
        sys.modules[{library!r}] = None
        from beautyspot.core.errors import SerializationError
        from beautyspot.embedded.msgpack.foreign import codec_for, codec_named
        assert codec_for(str) is None
        try:
            codec_named("{library}.Series")
        except SerializationError as error:
            print(error)
        """
    )
    package = "pillow" if library == "PIL" else library

    assert f"needs {library}" in message
    assert f"pip install {package}" in message


def test_a_value_that_is_never_stored_has_no_parts():
    with pytest.raises(ValueError, match="never stored"):
        codec_named("polars.LazyFrame").decode([])


def test_what_a_library_raises_becomes_ours():
    """Whatever it is, with its cause."""
    with pytest.raises(SerializationError, match="AttributeError"):
        codec_for(np.ndarray).encode("no array")
