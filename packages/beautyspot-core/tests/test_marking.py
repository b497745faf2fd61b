"""What can be marked, and which calls share a result then."""

import asyncio
import functools
import math
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from beautyspot import ConfigurationError, KeyGen, Spot, Strategy, UncacheableArgument

RAN: list[object] = []
NOTHING = object()


def power(base: int, exponent: int = 2, *, verbose: bool = False) -> int:
    RAN.append((base, exponent))
    return base**exponent


async def power_async(base: int, exponent: int = 2) -> int:
    RAN.append((base, exponent))
    return base**exponent


class Model:
    def __init__(self, name: str) -> None:
        self.name = name

    def answer(self, question: str) -> str:
        RAN.append((self.name, question))
        return f"{self.name}: {question}"

    def __call__(self, question: str) -> str:
        RAN.append((self.name, question))
        return f"{self.name}: {question}"

    @classmethod
    def made(cls, name: str) -> str:
        RAN.append((cls, name))
        return f"{cls.__name__} {name}"


class Special(Model):
    pass


@pytest.fixture
def spot(tmp_path):
    RAN.clear()
    with Spot("test", db=tmp_path / "test.db") as spot:
        yield spot


def ran(*calls: Callable[[], object]) -> int:
    """Answer how many of the calls ran their function."""
    before = len(RAN)
    for call in calls:
        call()
    return len(RAN) - before


class TestPartial:
    def test_it_shares_results_with_its_function(self, spot: Spot):
        """What is given before and what is given now make one and the same call."""
        whole, cube = spot.mark(power), spot.mark(functools.partial(power, exponent=3))

        assert 1 == ran(lambda: cube(2), lambda: whole(2, 3), lambda: whole(base=2, exponent=3))
        assert cube.key(2) == whole.key(2, 3)

    def test_a_caller_can_say_otherwise(self, spot: Spot):
        cube = spot.mark(functools.partial(power, exponent=3))

        assert (8, 16) == (cube(2), cube(2, exponent=4))

    def test_two_partials_differ(self, spot: Spot):
        of_two, of_three = (spot.mark(functools.partial(power, base)) for base in (2, 3))

        assert (16, 81) == (of_two(4), of_three(4))

    def test_a_key_function_does_not_hide_what_is_given(self, spot: Spot):
        marks = [
            spot.mark(functools.partial(power, base), key=lambda exponent: exponent)
            for base in (2, 3)
        ]

        assert [16, 81] == [mark(4) for mark in marks]

    def test_of_a_coroutine_function(self, spot: Spot):
        cube = spot.mark(functools.partial(power_async, exponent=3))

        assert [8, 8] == [asyncio.run(cube(2)), asyncio.run(cube(2))]
        assert 1 == len(RAN)


class TestMethods:
    def test_the_object_counts_by_content(self, spot: Spot):
        answer = spot.mark(Model.answer)

        assert 1 == ran(lambda: answer(Model("a"), "q"), lambda: answer(Model("a"), "q"))
        assert 1 == ran(lambda: answer(Model("b"), "q"))
        assert 1 == ran(lambda: answer(Special("a"), "q"))

    def test_a_bound_method_shares_results_with_the_function(self, spot: Spot):
        bound, whole = spot.mark(Model("a").answer), spot.mark(Model.answer)

        assert 1 == ran(lambda: bound("q"), lambda: whole(Model("a"), "q"))

    def test_in_a_class_it_is_bound(self, spot: Spot):
        class Local(Model):
            answer = spot.mark(Model.answer)

        assert 2 == ran(*[lambda name=name: Local(name).answer("q") for name in ("a", "b", "a")])
        assert Local("a").answer.key("q") == Local.answer.key(Local("a"), "q")

    def test_the_object_can_be_ignored(self, spot: Spot):
        answer = spot.mark(Model.answer, ignore=("self",))

        assert 1 == ran(lambda: answer(Model("a"), "q"), lambda: answer(Model("b"), "q"))

    @pytest.mark.parametrize(
        "order", [lambda f, m: classmethod(m(f)), lambda f, m: m(classmethod(f))]
    )
    def test_a_class_method_counts_the_class(self, spot: Spot, order: Any):
        class Base(Model):
            made = order(Model.made.__func__, spot.mark)

        class Derived(Base):
            pass

        calls = [lambda: Base.made("x"), lambda: Derived.made("x"), lambda: Base("").made("x")]
        assert 2 == ran(*calls)

    @pytest.mark.parametrize(
        "order", [lambda f, m: staticmethod(m(f)), lambda f, m: m(staticmethod(f))]
    )
    def test_a_static_method_is_a_function(self, spot: Spot, order: Any):
        class Local:
            power = order(power, spot.mark)

        calls = [lambda: Local.power(2), lambda: Local().power(2), lambda: spot.mark(power)(2)]
        assert 1 == ran(*calls)


class TestObjects:
    def test_an_object_that_can_be_called_counts_by_content(self, spot: Spot):
        one, same, other = (spot.mark(Model(name)) for name in ("a", "a", "b"))

        assert 1 == ran(lambda: one("q"), lambda: same("q"))
        assert 1 == ran(lambda: other("q"))

    def test_its_attributes_stay_its_own(self, spot: Spot):
        """They do not become those of the marked function, nor take the place of its parts."""
        model = Model("a")
        model._keys = model._driver = None
        marked = spot.mark(model)

        assert "a: q" == marked("q")
        assert model is marked.__wrapped__


class TestLambdas:
    def test_two_of_one_line_differ(self, spot: Spot):
        double, square = spot.mark(lambda x: x * 2), spot.mark(lambda x: x**2)

        assert (6, 9) == (double(3), square(3))

    def test_the_same_one_is_found_again(self, spot: Spot):
        marks = [spot.mark(lambda x: RAN.append(x)) for _ in range(2)]

        assert 1 == ran(*[lambda mark=mark: mark(3) for mark in marks])

    def test_those_of_one_factory_differ(self, spot: Spot):
        def times(n: int):
            return lambda x: x * n

        marks = [spot.mark(times(n)) for n in (2, 3)]

        assert [6, 9] == [mark(3) for mark in marks]

    def test_defaults_tell_them_apart(self, spot: Spot):
        """Two lambdas of a loop that bind its variable by a default."""
        marks = [spot.mark(lambda x, n=n: x * n) for n in (2, 3)]

        assert [6, 9] == [mark(3) for mark in marks]


def test_a_function_of_a_c_module(spot: Spot):
    """Results are kept; that changes of it cannot be noticed is said once."""
    root = spot.mark(math.sqrt)
    with pytest.warns(match="changes of its code cannot be noticed") as caught:
        results = [root(4.0), root(4.0), root(9.0)]

    assert [2.0, 2.0, 3.0] == results
    assert 1 == len(caught)
    assert (2, 1) == (root.counts.runs, root.counts.hits)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_what_no_name_leads_to_is_not_pickled(spot: Spot, protocol: int):
    """By name, a partial would come back as the function without its arguments."""
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(spot.mark(functools.partial(power, 2)), protocol)


class TestOptions:
    def test_ignored_arguments_do_not_count(self, spot: Spot):
        marked = spot.mark(power, ignore=("verbose",))

        assert 1 == ran(lambda: marked(2, verbose=True), lambda: marked(2))

    def test_policy_and_ignore_go_together(self, spot: Spot, tmp_path):
        file = tmp_path / "a.txt"
        file.write_text("x")

        def size(path: object, verbose: bool = False) -> int:
            RAN.append(path)
            return file.stat().st_size

        marked = spot.mark(size, key=KeyGen.map(path=Strategy.FILE_CONTENT), ignore=["verbose"])
        assert 1 == ran(lambda: marked(file, True), lambda: marked(str(file)))
        file.write_text("xyz")
        assert 3 == marked(file)

    def test_a_file_that_is_not_there_is_the_functions_affair(self, spot: Spot, tmp_path):
        """The caller gets the function's own exception."""

        def read(path: Any) -> str:
            return path.read_text()

        marked = spot.mark(read, key=KeyGen.file_content("path"))
        with pytest.warns(match="ran uncached"), pytest.raises(FileNotFoundError):
            marked(tmp_path / "none")

    def test_files_are_read_off_the_event_loop(self, spot: Spot, tmp_path):
        file = tmp_path / "a.txt"
        file.write_text("x")

        async def size(path: Any) -> int:
            RAN.append(path)
            return len(path.read_text())

        marked = spot.mark(size, key=KeyGen.file_content("path"))

        assert [1, 1] == [asyncio.run(marked(file)), asyncio.run(marked(file))]
        assert 1 == len(RAN)

    def test_a_key_function_names_the_call(self, spot: Spot):
        marked = spot.mark(Model.answer, key=lambda model, question: (model.name, question))

        assert 1 == ran(lambda: marked(Model("a"), "q"), lambda: marked(Special("a"), "q"))

    def test_a_key_function_that_fails_costs_the_hit_only(self, spot: Spot):
        marked = spot.mark(power, key=lambda base: 1 / 0)
        with pytest.warns(match="ZeroDivisionError"):
            assert 4 == marked(2)

    def test_a_key_function_that_fails_is_raised_in_strict_mode(self, spot: Spot):
        with pytest.raises(UncacheableArgument, match="ZeroDivisionError"):
            spot.mark(power, key=lambda base: 1 / 0, strict=True)(2)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"key": 3}, "key=3 cannot name calls"),
            ({"key": len, "ignore": ("a",)}, "exclude each other"),
            ({"ignore": "verbose"}, r"ignore=\('verbose',\)"),
            ({"ignore": 3}, "ignore=3 is not possible"),
            ({"ignore": ("nothing",)}, "'nothing' is no argument of the function"),
            ({"on_code_change": "run"}, "'warn', 'recompute', 'ignore'"),
            ({"on_schema_change": "run"}, "'recompute', 'raw', 'raise'"),
            ({"explain": 1}, "explain=1 is not possible"),
        ],
    )
    def test_what_cannot_be_is_refused_at_decoration(self, spot: Spot, options: Any, message: str):
        with pytest.raises(ConfigurationError, match=message):
            spot.mark(power, **options)

    def test_a_default_that_has_no_content_is_refused_at_the_call(self, spot: Spot):
        marked = spot.mark(lambda x=NOTHING: x, strict=True)

        with pytest.raises(UncacheableArgument):
            marked()


class Client:
    """Holds what has no content."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lock = __import__("threading").Lock()


class KeyedClient(Client):
    def __cache_key__(self) -> object:
        return self.url


class TestRegisteredKeys:
    def test_a_type_counts_by_what_its_function_answers(self, spot: Spot):
        asked = spot.mark(lambda client: RAN.append(client), strict=True)
        spot.register_key(Client, lambda client: client.url)

        assert 1 == ran(lambda: asked(Client("a")), lambda: asked(Client("a")))
        assert 1 == ran(lambda: asked(Client("b")))

    def test_a_class_says_itself_what_counts(self, spot: Spot):
        asked = spot.mark(lambda client: RAN.append(client), strict=True)

        assert 1 == ran(lambda: asked(KeyedClient("a")), lambda: asked(KeyedClient("a")))

    def test_without_either_the_way_out_is_named(self, spot: Spot):
        asked = spot.mark(lambda client: None, strict=True)

        with pytest.raises(UncacheableArgument, match=r"client\.lock.*register_key") as caught:
            asked(Client("a"))

        assert "client.lock" == caught.value.path

    def test_registered_at_one_spot_it_is_unknown_to_others(self, spot: Spot, tmp_path):
        spot.register_key(Client, lambda client: client.url)
        other = Spot("other", db=tmp_path / "other.db", strict=True)

        with pytest.raises(UncacheableArgument):
            other.mark(lambda client: None)(Client("a"))

    @pytest.mark.parametrize("wrong", [(3, len), (Client, 3)])
    def test_what_cannot_be_registered_is_refused(self, spot: Spot, wrong: Any):
        with pytest.raises(ConfigurationError):
            spot.register_key(*wrong)


def test_uncached_calls_warn_once(spot: Spot):
    """One warning for each function, not for each call."""
    asked = spot.mark(lambda client: 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asked(Client("a"))
        asked(Client("b"))

    assert 1 == len(caught)
    assert 2 == asked.counts.runs
