"""A program that prints the texts of values of other libraries as JSON; see ``corpus``."""

import functools
import json
import sys

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pydantic
from PIL import Image

from beautyspot.content import Describer
from beautyspot.core.encoding import canonical_text


@attrs.frozen(cache_hash=True)
class Cached:
    a: str


class Model(pydantic.BaseModel):
    a: set[str]


def adder(n: int):
    return lambda m, *, k={"b", "a"}: (n + m, k)


def hashed(value: object) -> object:
    hash(value)
    return value


FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [{"q", "p"}, 1.5]})

VALUES: dict[str, object] = {
    "arrays": [np.arange(3), np.array([{"b", "a"}, None], object), np.zeros(2, "i4,f8")],
    "numpy": [
        np.float64(1),
        np.dtype("i4,f8"),
        np.random.default_rng(1),
        np.sin,
        np.poly1d([1, 2]),
    ],
    "frames": [
        FRAME,
        FRAME.set_index("a"),
        FRAME["b"].astype("category"),
        pd.Timestamp("2026-01-01"),
    ],
    "polars": pl.DataFrame({"a": [1], "b": ["x"], "c": [["y", None]]}),
    "arrow": pa.table({"a": [1], "b": ["x"], "c": [["y", None]]}),
    "image": Image.new("P", (2, 2)),
    "attrs": hashed(Cached("a")),
    "pydantic": Model(a={"b", "a"}),
    "functions": [adder(1), functools.partial(adder, 1), FRAME.sum, functools.lru_cache(adder)],
}

if __name__ == "__main__":
    describe = Describer().describe
    texts = {name: canonical_text({"x": value}, describe) for name, value in VALUES.items()}
    sys.stdout.write(json.dumps(texts, indent=2, sort_keys=True) + "\n")
