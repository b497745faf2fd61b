"""From the arguments of a call to their names."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.binding import Binder


def nothing():
    return locals()


def plain(a, b=2):
    return locals()


def required(a, b, c):
    return locals()


def positional(a, b=2, /, c=3):
    return locals()


def keyword(a, *, b, c=3):
    return locals()


def variadic(a, b=2, *args, c=3, **kwargs):
    return locals()


def anything(*args, **kwargs):
    return locals()


def shadowed(a, /, **kwargs):
    return locals()


def more(*args, c=3):
    return locals()


FUNCTIONS = [
    nothing, plain, required, positional, keyword, variadic, anything, shadowed, more,
]  # fmt: skip


@given(
    st.sampled_from(FUNCTIONS),
    st.lists(st.integers(), max_size=5),
    st.dictionaries(st.sampled_from(["a", "b", "c", "d", "args", "kwargs"]), st.integers()),
)
def test_binding_is_pythons_own(function, args, kwargs):
    """The binder takes what the function takes, and binds it alike."""
    bind = Binder(inspect.signature(function)).bind
    try:
        called = function(*args, **kwargs)
    except TypeError:
        with pytest.raises(TypeError):
            bind(tuple(args), kwargs)
        return
    expected = dict(starred(name, value) for name, value in called.items())

    assert expected == bind(tuple(args), kwargs)


def starred(name, value):
    match name:
        case "args":
            return "*args", list(value)
        case "kwargs":
            return "**kwargs", value
        case _:
            return name, value


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((1,), {}), ((1, 2), {}), ((1,), {"b": 2}), ((), {"a": 1}), ((), {"b": 2, "a": 1})],
)
def test_spellings_of_one_call_are_bound_alike(args, kwargs):
    """Position or keyword, and a default that is given or not, do not matter."""
    assert {"a": 1, "b": 2} == Binder(inspect.signature(plain)).bind(args, kwargs)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_arguments_of_the_caller_are_left_alone(function):
    """What is bound is another dict, even when it could be the same."""
    kwargs = {"c": 1}
    bind = Binder(inspect.signature(function)).bind

    for args in ((), (1,), (1, 2)):
        try:
            bind(args, kwargs).clear()
        except TypeError:  # it does not fit this function
            continue

    assert {"c": 1} == kwargs


def test_one_call_leaves_nothing_to_the_next():
    """Defaults are those of the signature, every time."""
    bind = Binder(inspect.signature(plain)).bind

    bind((1,), {})["b"] = 3

    assert {"a": 1, "b": 2} == bind((1,), {})
