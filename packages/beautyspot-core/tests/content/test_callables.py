"""Functions and other things that can be called, as values."""

import functools
from types import FunctionType

import pytest

from beautyspot import Spot


def double(a: int, b: int = 2) -> int:
    return a * b


def triple(a: int, b: int = 3) -> int:
    return a * b


def keyword(a: int, *, b: int = 2) -> int:
    return a * b


def adder(n: object):
    def add(m):
        return (n, m)

    return add


def dispatched(**registered):
    """Answer a function that goes by the type of its argument, with a function for some types."""

    @functools.singledispatch
    def call(value):
        return value

    for name, function in registered.items():
        call.register({"integer": int, "text": str}[name], function)
    return call


def called(function, value):
    function(value)
    return function


class Owner:
    @property
    def plain(self) -> int:
        return 1

    @property
    def other(self) -> int:
        return 2

    @plain.setter
    def settable(self, value: int) -> None: ...


def wrapped(function):
    @functools.wraps(function)
    def call(*args):
        return function(*args)

    return call


class Part(functools.partial):
    pass


def noted(function, note):
    """Answer a copy of a function with an attribute."""
    copied = FunctionType(function.__code__, function.__globals__, argdefs=function.__defaults__)
    copied.note = note
    return copied


class Scale:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    def apply(self, n: int) -> int:
        return n * self.factor

    def other(self, n: int) -> int:
        return n - self.factor

    @classmethod
    def made(cls) -> "Scale":
        return cls(1)

    def __call__(self, n: int) -> int:
        return self.apply(n)


class Scales(Scale):
    pass


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (adder(1), adder(1)),
        (functools.partial(functools.partial(double, 1), 2), functools.partial(double, 1, 2)),
        (functools.partial(double, a=1, b=2), functools.partial(double, b=2, a=1)),
        (Scale(1).apply, Scale(1).apply),
        (Scale(1), Scale(1)),
        ([lambda: n for n in (1, 1)][0], [lambda: n for n in (1, 1)][1]),
        (wrapped(double), wrapped(double)),
        (functools.lru_cache(double), functools.lru_cache(4)(double)),
        (property(double), property(double)),
        (dispatched(), called(dispatched(), 1)),
        (dispatched(integer=double, text=triple), dispatched(text=triple, integer=double)),
    ],
)
def test_equal_content_has_one_text(one, other, text):
    assert text(one) == text(other)


def test_functions_differ_by_name_code_defaults_closure_and_attributes(collisions):
    functions = {
        "double": double,
        "triple": triple,
        "keyword": keyword,
        "one": adder(1),
        "one as text": adder("1"),
        "itself": adder(adder),
        "wrapped": wrapped(double),
        "wrapped twice": wrapped(wrapped(double)),
        "wrapped other": wrapped(triple),
        "with an attribute": noted(double, 1),
        "with another": noted(double, 2),
        "lambda": lambda a: a,
        "lambda with another constant": lambda a: a + 1,
        "lambda with another global": lambda a: double(a),
        "lambda with a default": lambda a=1: a,
        "lambda with another default": lambda a=2: a,
        "lambda with a keyword": lambda *, a=2: a,
        "async": (lambda: (yield)),
        "dispatched": dispatched(),
        "dispatched for int": dispatched(integer=double),
        "dispatched for int to another": dispatched(integer=triple),
        "dispatched for str": dispatched(text=double),
        "dispatched with an attribute": attributed(dispatched()),
        "dispatched of another": functools.singledispatch(double),
    }

    assert [] == collisions(functions)


def attributed(function):
    function.note = 1
    return function


def test_properties_differ_by_their_functions_and_documentation(collisions):
    properties = {
        "plain": Owner.plain,
        "other": Owner.other,
        "settable": Owner.settable,
        "set alone": property(None, Owner.settable.fset),
        "deleted alone": property(None, None, Owner.settable.fset),
        "documented": property(Owner.plain.fget, doc="other"),
        "its function": Owner.plain.fget,
    }

    assert [] == collisions(properties)


def test_a_property_of_a_kind_of_its_own_is_refused(refusal):
    """What else it does is not known."""

    class Own(property):
        pass

    assert "belongs to this process" in refusal(Own(double)).reason


def test_methods_and_partials_differ_by_function_object_and_arguments(collisions):
    spot = Spot("callables")
    values = {
        "apply": Scale(1).apply,
        "apply of two": Scale(2).apply,
        "other": Scale(1).other,
        "of a subclass": Scales(1).apply,
        "of the class": Scale.apply,
        "class method": Scale.made,
        "class method of a subclass": Scales.made,
        "object": Scale(1),
        "partial": functools.partial(double, 1),
        "partial of two": functools.partial(double, 2),
        "partial with a keyword": functools.partial(double, a=1),
        "partial of another": functools.partial(triple, 1),
        "partial with an attribute": noted_partial(),
        "partial method": functools.partialmethod(double, 1),
        "partial method of two": functools.partialmethod(double, 2),
        "cached": functools.lru_cache(double),
        "plain": double,
        "marked": spot.mark(double),
        "marked other": spot.mark(triple),
        "marked partial": spot.mark(functools.partial(double, 1)),
        "marked partial of two": spot.mark(functools.partial(double, 2)),
        "len": len,
        "append": [].append,
        "append to one": [1].append,
        "upper": str.upper,
        "upper of a": "a".upper,
        "add of one": (1).__add__,
        "add of two": (2).__add__,
    }

    assert [] == collisions(values)


def noted_partial():
    made = functools.partial(double, 1)
    made.note = 1
    return made


def test_marked_methods_differ_by_their_object(text):
    """Two bound methods are not one function."""
    spot = Spot("callables")

    class Own(Scale):
        apply = spot.mark(Scale.apply)

    assert text(Own(1).apply) == text(Own(1).apply) != text(Own(2).apply)


def test_a_function_that_is_closed_over_itself_has_a_text(text):
    def count(n: int) -> int:
        return count(n - 1) if n else 0

    assert '"up":' in text(count)


def test_a_variable_that_has_no_value_yet_is_refused(refusal):
    def call() -> object:
        return later

    error = refusal(call)
    later = 1

    assert "its variable 'later' of an enclosing function has no value yet" == error.reason
    assert later


def test_looking_at_a_partial_does_not_change_its_text(text):
    """To read its attributes makes it a ``__dict__``, which was not there before."""
    part = Part(double, 1)
    before = text(part)
    vars(part)

    assert [before, before] == [text(part), text(Part(double, 1))]


def test_kinds_of_partials_differ_by_all_that_they_hold(collisions):
    plain, other, labelled = Part(double, 1), Part(double, 2), Part(double, 1)
    labelled.label = "x"

    assert not collisions({"1": plain, "2": other, "x": labelled, "base": noted_partial()})
