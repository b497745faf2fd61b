"""Functions made inside others, through a Spot: which of them share results, and which have none.

What cannot be known when a function is marked is no part of a key, so that such a function runs at
every call: two functions that differ only there must never answer for each other.
"""

import functools
import warnings
from collections.abc import Callable

import pytest

from beautyspot import BeautySpotWarning, Spot, UncacheableArgument
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB

UNKNOWN = "nonlocal {} is a value that is not known: "


@pytest.fixture
def spot() -> Spot:
    return Spot("test", db=MemoryTaskDB(), storage=MemoryBlobStore())


def late(spot: Spot, n: int):
    @spot.mark
    def f(x):
        return x * k

    k = n
    return f


def late_in_a_helper(spot: Spot, n: int):
    def helper(x):
        return x * k

    @spot.mark
    def f(x):
        return helper(x)

    k = n
    return f


def late_in_the_helper_of_a_helper(spot: Spot, n: int):
    def outer():
        def inner(x):
            return x * k

        return inner

    def helper(x):
        return innermost(x)

    innermost = outer()

    @spot.mark
    def f(x):
        return helper(x)

    k = n
    return f


def late_helper(spot: Spot, n: int):
    @spot.mark
    def f(x):
        return helper(x)

    def helper(x):
        return x * n

    return f


def late_in_a_lambda(spot: Spot, n: int):
    f = spot.mark(lambda x: x * k)
    k = n
    return f


def late_namesake_of_a_method(spot: Spot, n: int):
    class Plain:
        @staticmethod
        @spot.mark
        def f(x):
            return f(x)

    def f(x):
        return x * n

    return Plain.f


def late_namesake_in_a_helper(spot: Spot, n: int):
    def helper(x):
        return f_(x)

    @spot.mark
    def f(x):
        return helper(x)

    def f_(x):
        return x * n

    return f


def late_namesake_of_a_wrapper(spot: Spot, n: int):
    def named(x):
        return x

    named.__qualname__ = named.__qualname__.replace("named", "k")

    @spot.mark
    @functools.wraps(named)
    def f(x):
        return x * k

    k = n
    return f


def deleted(spot: Spot, n: int):
    k = n

    def f(x):
        return x * k

    del k
    marked = spot.mark(f)
    k = n
    return marked


FACTORIES = [
    late,
    late_in_a_helper,
    late_in_the_helper_of_a_helper,
    late_helper,
    late_in_a_lambda,
    late_namesake_of_a_method,
    late_namesake_in_a_helper,
    late_namesake_of_a_wrapper,
    deleted,
]


@pytest.mark.parametrize("factory", FACTORIES)
@pytest.mark.filterwarnings("ignore::beautyspot.BeautySpotWarning")
def test_what_is_assigned_after_the_mark_never_answers_for_another_value(
    spot: Spot, factory: Callable[[Spot, int], Callable[[int], int]]
):
    """Two functions of one factory that differ only there run, each for itself."""
    assert (20, 30, 20) == (factory(spot, 2)(10), factory(spot, 3)(10), factory(spot, 2)(10))


@pytest.mark.parametrize("factory", FACTORIES)
def test_what_is_assigned_after_the_mark_is_told_once(
    spot: Spot, factory: Callable[[Spot, int], Callable[[int], int]]
):
    """The warning names the variable, and says what to do about it."""
    f = factory(spot, 2)
    advice = "assign it before the function is marked"

    with pytest.warns(BeautySpotWarning, match=advice) as told:
        results = [f(10), f(10)]

    assert [20, 20] == results
    assert len(told) == 1
    assert "mark(ignore=" not in str(told[0].message)


def test_strict_refuses_what_is_assigned_after_the_mark():
    """As it does with every call that has no key."""
    strict = Spot("test", db=MemoryTaskDB(), storage=MemoryBlobStore(), strict=True)
    f = late(strict, 2)

    with pytest.raises(UncacheableArgument, match=UNKNOWN.format("k")):
        f(10)
    with pytest.raises(UncacheableArgument, match=UNKNOWN.format("k")):
        f.key(10)


def test_no_registered_key_stands_for_what_is_not_known():
    """Not even one for every type: nothing is there that it could be asked about."""
    spot = Spot("test", db=MemoryTaskDB(), storage=MemoryBlobStore())
    spot.register_key(object, lambda _: "all alike")

    with pytest.raises(UncacheableArgument, match=UNKNOWN.format("k")):
        late(spot, 2).key(10)


def chain(length: int, n: int) -> Callable[[int], int]:
    def last(x: int) -> int:
        return x * n

    def around(function: Callable[[int], int]) -> Callable[[int], int]:
        return lambda x: x and function(x)

    function: Callable[[int], int] = last
    for _ in range(length):
        function = around(function)
    return function


def around(spot: Spot, helper: Callable[[int], int]):
    @spot.mark
    def f(x):
        return x and helper(x)

    return f


@pytest.mark.parametrize("length", [100, 100_000])
def test_closures_that_are_too_deep_are_refused(spot: Spot, length: int):
    """Deeper than keys go, and deeper than Python goes: neither becomes a key without the rest."""
    one, other = (around(spot, chain(length, n)) for n in (2, 3))

    for f in (one, other):
        with pytest.raises(UncacheableArgument, match=r"nonlocal|function helper.*\bdeep"):
            f.key(10)
    with pytest.warns(BeautySpotWarning, match="deep"):
        assert (0, 0) == (one(0), other(0))


def test_closures_count_as_deep_as_keys_go(spot: Spot):
    """What differs in the last of them is another function."""
    one, same, other = (around(spot, chain(30, n)) for n in (2, 2, 3))

    assert (20, 30) == (one(10), other(10))
    assert one.key(10) == same.key(10)


class Base:
    def method(self, x: int) -> int:
        return x + 1


def test_a_method_may_ask_its_base_class(spot: Spot):
    """The class that ``super()`` needs is not there yet when the method is marked."""

    class Asking(Base):
        @spot.mark
        def method(self, x: int) -> int:
            return super().method(x)

    with warnings.catch_warnings(action="error"):
        assert [2, 2] == [Asking().method(1), Asking().method(1)]

    assert (1, 1) == (Asking.method.counts.hits, Asking.method.counts.runs)


def test_a_function_may_call_itself(spot: Spot):
    """Its own name is assigned when the mark is made, and is no other function."""
    runs: list[int] = []

    @spot.mark
    def countdown(n: int) -> int:
        runs.append(n)
        return n and countdown(n - 1)

    countdown(3)

    assert [3, 2, 1, 0] == runs
    assert 0 == countdown(2)
    assert [3, 2, 1, 0] == runs
