"""Marked functions behave as the plain ones, wherever Python lets a function stand."""

import abc
import contextlib
import copy
import dataclasses
import doctest
import functools
import inspect
import pickle
import pydoc
import sys
import typing
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import pytest

from beautyspot import ConfigurationError, Marked, Spot
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB

SPOT = Spot("markable", db=MemoryTaskDB(), storage=MemoryBlobStore())


def pair(x: int, y: int = 2) -> list[int]:
    """Answer both.

    >>> pair(1)
    [1, 2]
    """
    return [x, y]


PLAIN = pair
pair = SPOT.mark(pair)
short = SPOT.mark(functools.partial(PLAIN, 5))
nameless = SPOT.mark(lambda x: x)


class Base(abc.ABC):
    """Every kind of method."""

    def __init__(self, name: str = "a") -> None:
        self.name = name

    @SPOT.mark
    def plain(self, x: int) -> list[object]:
        return [self.name, x]

    @SPOT.mark
    @abc.abstractmethod
    def above(self, x: int) -> list[object]:
        return ["above", x]

    @abc.abstractmethod
    @SPOT.mark
    def below(self, x: int) -> list[object]:
        return ["below", x]

    @classmethod
    @SPOT.mark
    def of_class(cls, x: int) -> list[object]:
        return [cls.__name__, x]

    @SPOT.mark
    @classmethod
    def of_class_too(cls, x: int) -> list[object]:
        return [cls.__name__, x, "too"]

    @staticmethod
    @SPOT.mark
    def static(x: int) -> list[object]:
        return ["static", x]

    @SPOT.mark
    @staticmethod
    def static_too(x: int) -> list[object]:
        return ["static too", x]

    @property
    @SPOT.mark
    def value(self) -> list[object]:
        return ["value", self.name]

    @functools.cached_property
    @SPOT.mark
    def once(self) -> list[object]:
        return ["once", self.name]

    of_five = functools.partialmethod(plain, 5)

    @SPOT.mark
    def __secret(self, x: int) -> list[object]:
        return ["secret", self.name, x]

    def secret(self) -> Marked[..., list[object]]:
        return self.__secret

    def _other(self, x: int) -> list[object]:
        return ["other", self.name, x]

    renamed = SPOT.mark(_other)

    @functools.singledispatchmethod
    @SPOT.mark
    def dispatched(self, x: object) -> list[object]:
        return ["object", self.name]

    @dispatched.register
    @SPOT.mark
    def _(self, x: int) -> list[object]:
        return ["int", self.name]


class Derived(Base):
    @SPOT.mark
    def plain(self, x: int) -> list[object]:
        return ["derived", *super().plain(x)]

    def above(self, x: int) -> list[object]:
        return super().above(x)

    def below(self, x: int) -> list[object]:
        return super().below(x)

    def inherited(self) -> Marked[..., list[object]]:
        return super().plain


class TestMethods:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("plain", ["derived", "b", 1]),
            ("above", ["above", 1]),
            ("below", ["below", 1]),
            ("of_class", ["Derived", 1]),
            ("of_class_too", ["Derived", 1, "too"]),
            ("static", ["static", 1]),
            ("static_too", ["static too", 1]),
            ("renamed", ["other", "b", 1]),
            ("dispatched", ["int", "b"]),
        ],
    )
    def test_each_kind_is_remembered(self, name: str, expected: object):
        """The right object, through inheritance and ``super()``; the second call runs nothing."""
        first, second = (getattr(Derived("b"), name)(1) for _ in range(2))

        assert (expected, expected) == (first, second)
        assert first is not second

    def test_a_property_is_remembered(self):
        assert [["value", "b"], ["value", "a"], ["value", "b"]] == [
            Derived(name).value for name in "bab"
        ]
        assert ["once", "b"] == Derived("b").once == Derived("b").once

    def test_a_partial_method_is_made_of_the_marked(self):
        before = Base.plain.counts.runs

        class Local(Base):
            above = below = None

        assert ["c", 5] == Local("c").of_five() == Local("c").of_five() == Local("c").plain(5)
        assert before + 1 == Base.plain.counts.runs

    def test_what_is_abstract_stays_so(self):
        assert {"above", "below"} == set(Base.__abstractmethods__)
        with pytest.raises(TypeError, match="abstract"):
            Base()

    def test_slots(self):
        class Slotted:
            __slots__ = ("name",)

            def __init__(self, name: str) -> None:
                self.name = name

            @SPOT.mark
            def answer(self) -> list[str]:
                return [self.name]

        assert [["a"], ["b"], ["a"]] == [Slotted(name).answer() for name in "aba"]
        assert 1 == Slotted.answer.counts.hits

    def test_data_classes(self):
        """Also with slots, for which Python makes the class a second time."""

        @dataclasses.dataclass(frozen=True, slots=True)
        class Point:
            x: int
            scale: typing.Callable[..., Any] = pair

            @SPOT.mark
            def double(self) -> list[int]:
                return [self.x, self.x]

        assert [[1, 1], [2, 2], [1, 1]] == [Point(x).double() for x in (1, 2, 1)]
        assert 1 == Point.double.counts.hits
        assert [3, 2] == Point(1).scale(3)
        assert pair is dataclasses.asdict(Point(1))["scale"]

    def test_protocols_and_metaclasses(self):
        class Answers(Protocol):
            @SPOT.mark
            def answer(self) -> list[str]:
                return [type(self).__name__]

        class One(Answers): ...

        class Meta(type):
            @SPOT.mark
            def name(cls) -> list[str]:
                return [cls.__name__]

        class Made(metaclass=Meta): ...

        assert ["One"] == One().answer() == One().answer()
        assert ["Made"] == Made.name() == Made.name()
        assert (1, 1) == (Answers.answer.counts.hits, Meta.name.counts.hits)

    def test_an_object_that_marks_its_own_method(self):
        """It holds its Spot and its marked method; neither is a part of what it is."""

        class Client:
            def __init__(self, url: str) -> None:
                self.url = url
                self.spot = SPOT
                self.ask = SPOT.mark(self._ask)

            def _ask(self, x: int) -> list[object]:
                return [self.url, x]

        assert [["a", 1], ["b", 1], ["a", 1]] == [Client(url).ask(1) for url in "aba"]
        client = Client("a")
        assert ["a", 1] == client.ask(1)
        assert (0, 1) == (client.ask.counts.runs, client.ask.counts.hits)

    def test_a_call_that_is_marked_is_not_marked_again(self):
        class Caller:
            @SPOT.mark
            def __call__(self, x: int) -> list[int]:
                return [x]

        assert [1] == Caller()(1) == Caller()(1)
        for again in (Caller(), Base.of_class, Derived().plain, functools.partial(pair, 1)):
            with pytest.raises(ConfigurationError, match="marked already"):
                SPOT.mark(again)


class TestDecorators:
    def test_a_wrapper_is_not_what_it_wraps(self):
        """It is named as the other one and has its parameters, but does something else."""

        @functools.wraps(PLAIN)
        def reversed_pair(x: int, y: int = 2) -> list[int]:
            return PLAIN(x, y)[::-1]

        assert [[1, 2], [2, 1]] == [pair(1), SPOT.mark(reversed_pair)(1)]

    def test_functions_of_one_name_do_not_share(self):
        """As ``functools.singledispatch`` registers them."""
        made = []
        for sign in "+-":

            @functools.singledispatch
            def calculate(x: object) -> object:
                raise NotImplementedError

            if sign == "+":

                @calculate.register
                @SPOT.mark
                def _(x: int) -> int:
                    return x + 1
            else:

                @calculate.register
                @SPOT.mark
                def _(x: int) -> int:
                    return x - 1

            made.append(calculate)

        assert [4, 2, 4, 2] == [calculate(3) for calculate in made * 2]

    @pytest.mark.parametrize("around", [functools.cache, functools.lru_cache(maxsize=1)])
    def test_another_cache_above_the_mark(self, around: Any):
        cached = around(pair)

        assert [1, 2] == cached(1)
        assert cached(1) is cached(1)

    def test_a_context_manager_around_a_marked_function(self):
        @contextlib.contextmanager
        def opened(x: int):
            yield pair(x)

        with opened(1) as value:
            assert [1, 2] == value

    def test_a_function_that_copies_its_dict(self):
        """``functools.wraps(marked)`` names the wrapper, and leaves both usable."""

        @functools.wraps(pair)
        def louder(x: int) -> list[int]:
            return [*pair(x), 0]

        assert ("pair", pair) == (louder.__name__, louder.__wrapped__)
        assert [1, 2, 0] == SPOT.mark(louder)(1) == SPOT.mark(louder)(1)
        assert [1, 2] == pair(1)


class TestLooks:
    def test_signature_and_hints(self):
        """Of a bound method without what it is bound to."""
        bound = [Derived().inherited(), Base.of_class_too, Derived().plain]

        assert ["(x: int) -> list[object]"] * 3 == [str(inspect.signature(one)) for one in bound]
        assert inspect.signature(PLAIN) == inspect.signature(pair)
        assert ["(self, x: int) -> list[object]", "(y: int = 2) -> list[int]"] == [
            str(inspect.signature(one)) for one in (Base.plain, short)
        ]
        assert typing.get_type_hints(PLAIN) == typing.get_type_hints(pair)
        assert {"x": int, "return": list[object]} == typing.get_type_hints(Derived().plain)
        assert "target" in inspect.signature(Marked).parameters

    def test_documentation(self):
        assert "pair(x: int, y: int = 2) -> list[int]" in pydoc.plain(pydoc.render_doc(pair))
        assert "plain(self, x: int)" in pydoc.plain(pydoc.render_doc(Base))
        assert inspect.getsource(PLAIN) == inspect.getsource(pair)
        assert PLAIN is inspect.unwrap(pair)

    def test_doctest_finds_and_runs_the_examples(self):
        found = doctest.DocTestFinder(recurse=False).find(pair, globs={"pair": pair})

        assert (0, 1) == doctest.DocTestRunner().run(found[0])

    def test_equal_as_functions_and_methods_are(self):
        one, two = Derived("a"), Derived("a")

        assert pair != SPOT.mark(PLAIN)
        assert pair != PLAIN
        assert one.plain == one.plain
        assert {one.plain: 1} == {one.plain: 1}
        assert 4 == len({one.plain, one.plain, two.plain, one.inherited(), pair, pair})
        assert one.plain != two.plain

    def test_weak_references(self):
        assert pair is weakref.ref(pair)()
        assert 1 == weakref.WeakKeyDictionary({pair: 1})[pair]

    @pytest.mark.parametrize("function", [pair, short, nameless, SPOT.mark(lambda: 1), Base.plain])
    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
    def test_a_copy_of_a_function_is_the_function(self, function: Any, copied: Any):
        assert function is copied(function)

    def test_a_copy_of_a_method_is_bound_to_a_copy(self):
        """The deep one; the other one is bound to the very same object."""
        one = Derived("b")
        shallow, deep = copy.copy(one.plain), copy.deepcopy(one.plain)
        one.name = "c"

        assert (["derived", "c", 1], ["derived", "b", 1]) == (shallow(1), deep(1))
        assert shallow == one.plain != deep


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
class TestPickling:
    def again(self, marked: Any, protocol: int) -> Any:
        return pickle.loads(pickle.dumps(marked, protocol))

    @pytest.mark.parametrize(
        "function",
        [pair, short, nameless, Base.plain, Base.static, Base.static_too, Base.renamed],
    )
    def test_by_the_name_that_leads_to_it(self, protocol: int, function: Any):
        """Also what has no name of its own, or another one."""
        assert function is self.again(function, protocol)

    def test_methods_with_their_object(self, protocol: int):
        """Whatever it is called in the class, and of the class that it was taken from."""
        one = Derived("b")
        methods = [one.plain, one.inherited(), one.secret(), one.renamed, one.of_class_too]

        again = [self.again(method, protocol) for method in methods]

        assert all(isinstance(method, Marked) for method in again)
        assert [method(1) for method in methods] == [method(1) for method in again]
        assert [method.key(1) for method in methods] == [method.key(1) for method in again]

    def test_partials_of_marked_functions(self, protocol: int):
        made = self.again(functools.partial(pair, y=3), protocol)

        assert [1, 3] == made(1)
        assert pair is made.func

    def test_what_no_name_leads_to(self, protocol: int):
        def nested(x: int) -> int:
            return x

        for marked in (SPOT.mark(lambda x: x), SPOT.mark(nested), SPOT.mark(PLAIN)):
            with pytest.raises(TypeError, match=r"cannot be pickled.*top level of a module"):
                pickle.dumps(marked, protocol)

    def test_a_name_that_leads_elsewhere_in_the_other_process(self, protocol: int):
        """It is said there, and nothing else is run in its place."""
        module = sys.modules[__name__]
        data = pickle.dumps(short, protocol)
        try:
            module.short = PLAIN
            elsewhere = pickle.loads(data)
            with pytest.raises(ConfigurationError, match="has no marked function"):
                elsewhere(1)
        finally:
            module.short = pickle.loads(data.replace(b"short", b"_kept"))

    def test_a_spot_is_not_sent(self, protocol: int):
        for send in (lambda: pickle.dumps(SPOT, protocol), lambda: copy.copy(SPOT)):
            with pytest.raises(TypeError, match="beside the functions that it marks"):
                send()


_kept = short


class TestCachedRun:
    def test_handed_out_without_with_nothing_runs_and_it_says_so(self):
        """As a job, as functions, to another process."""
        lent = SPOT.cached_run(PLAIN)
        with ThreadPoolExecutor(1) as threads:
            job = threads.submit(lent, 1)

        for mistake in (job.result, lambda: list(lent), lambda: pickle.dumps(lent)):
            with pytest.raises(ConfigurationError, match=r"nothing ran: .*with block"):
                mistake()

    def test_inside_with_it_is_a_marked_function(self):
        with SPOT.cached_run(PLAIN) as cached, ThreadPoolExecutor(1) as threads:
            assert [7, 2] == threads.submit(cached, 7).result()
        with SPOT.cached_run(PLAIN, sum) as (cached, _):
            assert [7, 2] == cached(7)
            assert 1 == cached.counts.hits
