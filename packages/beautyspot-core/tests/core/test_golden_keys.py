"""The keys of fixed calls are fixed: they are in the databases of users.

When a key here changes, every key of that kind has changed for everybody. If that is wanted, raise
``SCHEME``, write the keys that the failing test prints into ``golden_keys.json``, and say so in the
changelog.
"""

import inspect
import json
from pathlib import Path

from beautyspot.core.binding import Binder
from beautyspot.core.content import Content
from beautyspot.core.encoding import canonical_text
from beautyspot.core.keys import SCHEME, KeyMaker

LOOP: list[object] = [1]
LOOP.append((LOOP,))

VALUES = {
    "none": None,
    "bools": [True, False],
    "ints": [0, -1, 2**53 + 1, 10**16],
    "large int": 2**2000 - 1,
    "huge int": -(2**2000),
    "floats": [0.0, -0.0, 1.0, 0.1, 1e16, 1e-7, 5e-324, 1.7976931348623157e308],
    "not finite": [float("nan"), float("inf"), float("-inf")],
    "complex": [1j, complex(-0.0, float("nan"))],
    "text": ["", "a", "é", "e\u0301", '"\\/\b\f\n\r\t\x00\x7f\u2028', "日本語", "\U0001f600"],
    "surrogates": ["\ud83d\ude00", "\udc80"],
    "long text": ["x" * 1024, "x" * 1025, "é\ud800" * 1000],
    "bytes": [b"", b"\x00\xff", b"x" * 64, b"x" * 65],
    "bytearrays": [bytearray(), bytearray(b"x" * 65)],
    "views": [memoryview(b"ab"), memoryview(b"x" * 66).cast("B", (11, 6))],
    "lists": [[], [[]], [1, [2, [3]]]],
    "tuples": [(), (1,), ((), [()])],
    "sets": [set(), {1, 10, 2, "1", "10", None, 1.5, (2, "a"), frozenset({"b", "a"})}],
    "dicts": [{}, {"b": 1, "a": {"é": 2, "Z": 3, "": 4}}],
    "other keys": {1: "a", 10: "b", 2: "c", "1": "d", None: "e", (1,): "f", 0.5: "g", b"": "h"},
    "keys that are nan": {float("nan"): 2, float("inf"): 3, complex("nan"): 1},
    "tags": [{"$": "tuple", "v": []}, {"a": {"$": 1}}],
    "cycle": LOOP,
    "content": Content("file", {"size": 3, "parts": [1, None]}, {"name": (1,)}, b"abc"),
    "table": [{"id": n, "v": [n, n / 4, f"t{n}"], "k": None} for n in range(300)],
}


def call(a, b=2, *args, c=None, **kwargs): ...


def key(args, kwargs, *, version=None, closure=None):
    maker = KeyMaker(
        func_name="package.module:function",
        version=version,
        bind=Binder(inspect.signature(call)).bind,
        closure=closure or {},
    )
    return maker.key(args, kwargs).cache_key


def test_keys_are_golden():
    """Another key for a call is another scheme."""
    golden = json.loads(Path(__file__).with_name("golden_keys.json").read_text("utf-8"))

    keys = {name: key((value,), {}) for name, value in VALUES.items()}
    keys |= {
        "call": key((1, 2, 3), {"c": 4, "d": 5}),
        "call, version": key((1,), {}, version="v1"),
        "call, closure": key((1,), {}, closure={"n": (1,)}),
    }

    assert golden == {"scheme": SCHEME, "keys": keys}, json.dumps(keys, indent=2)


def test_the_text_is_fixed():
    """The same for the text itself, where it can be read."""
    value = [None, True, 1, -0.0, 1e16, "é", b"\x01", (1,), {2, 10}, {"b": 1, "a": {3: "c"}}, 1j]

    assert canonical_text({"x": value}) == (
        '{"x":[null,true,1,-0.0,1e+16,"é",{"$":"bytes","v":"01"},{"$":"tuple","v":[1]},'
        '{"$":"set","v":[10,2]},{"a":{"$":"dict","v":[[3,"c"]]},"b":1},'
        '{"$":"complex","v":[0.0,1.0]}]}'
    )
