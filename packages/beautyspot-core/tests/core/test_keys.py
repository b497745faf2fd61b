"""From a call to its key."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.binding import Binder
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.keys import KeyMaker, digest


def plain(a, b=2): ...
def positional(a, b=2, /, c=3): ...
def keyword(a, *, b, c=3): ...
def variadic(a, b=2, *args, c=3, **kwargs): ...
def anything(*args, **kwargs): ...
def nothing(): ...


STARS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
SIGNATURES = [
    inspect.signature(f) for f in (plain, positional, keyword, variadic, anything, nothing)
]


@given(
    st.sampled_from(SIGNATURES),
    st.lists(st.integers(), max_size=5),
    st.dictionaries(st.sampled_from(["a", "b", "c", "d", "args", "kwargs"]), st.integers()),
)
def test_binding_is_pythons_own(signature, args, kwargs):
    """The binder takes what Python takes, and binds it alike."""
    try:
        expected = signature.bind(*args, **kwargs)
    except TypeError:
        with pytest.raises(TypeError):
            Binder(signature).bind(tuple(args), kwargs)
        return
    expected.apply_defaults()
    named = {
        STARS.get(signature.parameters[name].kind, "") + name: value
        for name, value in expected.arguments.items()
    }
    if "*args" in named:
        named["*args"] = list(named["*args"])

    assert Binder(signature).bind(tuple(args), kwargs) == named


def keys_of(function, version=None, closure=None) -> KeyMaker:
    name = f"mod:{function.__name__}"
    bind = Binder(inspect.signature(function)).bind
    return KeyMaker(func_name=name, version=version, bind=bind, closure=closure or {})


def test_spellings_of_one_call_have_one_key():
    """Position, keyword, order and omitted defaults do not matter."""
    make = keys_of(plain).key

    keys = {
        make(args, kwargs).cache_key
        for args, kwargs in [((1,), {}), ((1, 2), {}), ((1,), {"b": 2}), ((), {"b": 2, "a": 1})]
    }

    assert len(keys) == 1


def test_function_version_closure_and_arguments_tell_calls_apart():
    """Whatever identifies the call is part of its key."""
    makers = [
        keys_of(plain),
        keys_of(positional),
        keys_of(plain, version=""),
        keys_of(plain, version="1"),
        keys_of(plain, closure={"n": 1}),
        keys_of(plain, closure={"n": 2}),
        keys_of(plain, closure={"m": 1}),
    ]

    keys = [make.key((a,), {}).cache_key for make in makers for a in (1, 2)]

    assert len(set(keys)) == len(keys)


def test_gathered_arguments_stand_apart_from_named_ones():
    """f(1, args=2) and f(1, 2) of *args, **kwargs are two calls."""
    make = keys_of(anything).key

    assert make((1, 2), {}).cache_key != make((1,), {"args": 2}).cache_key


def test_a_key_is_128_bits_of_hexadecimal():
    """It fits a column of 32 characters."""
    key = keys_of(plain).key((1,), {}).cache_key

    assert len(key) == 32
    assert int(key, 16) >= 0


def test_keys_are_fixed():
    """These keys are in the databases of users: a change needs a new scheme number."""
    assert (
        keys_of(plain, version="v1").key((1,), {"b": "é"}).cache_key
        == "826c99c83b0a479c732c48e88d9f6da4"
    )
    assert digest("{}") == "44136fa355b3678a1146ad16f7e8649e"


def test_a_closure_variable_without_content_is_refused_by_name():
    """It is part of the identity, so it is held to the same rule as an argument."""
    make = keys_of(plain, closure={"nonlocal client": object()})

    with pytest.raises(UncacheableArgument, match=r"^nonlocal client is a builtins\.object"):
        make.key((1,), {})
