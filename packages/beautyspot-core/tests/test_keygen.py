"""What of a call's arguments counts for its key."""

import inspect
import os
from pathlib import Path
from typing import Any

import pytest

from beautyspot.core.binding import Binder
from beautyspot.core.errors import ConfigurationError, UncacheableArgument
from beautyspot.core.keys import KeyMaker
from beautyspot.keygen import KeyGen, KeyGenPolicy, Strategy, custom, narrowed


def read(path: Any, verbose: bool = False, *more: Any, **options: Any) -> None: ...


def keys(policy: KeyGenPolicy):
    signature = inspect.signature(read)
    bind = narrowed(Binder(signature).bind, policy, signature)
    make = KeyMaker(func_name="m:read", version=None, bind=bind)
    return lambda *args, **kwargs: make.key(args, kwargs).cache_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("one")
    return path


class TestKeyGen:
    """Keys without a function."""

    def test_equal_arguments_have_one_key(self):
        key = KeyGen.default((1, [2]), {"a": 1, "b": 2})

        assert key == KeyGen.default((1, [2]), {"b": 2, "a": 1})
        assert 32 == len(key)
        assert int(key, 16)

    @pytest.mark.parametrize("other", [1.0, True, "1", b"1", (1,), [1], None])
    def test_types_count(self, other: object):
        assert KeyGen.default((1,), {}) != KeyGen.default((other,), {})

    def test_a_position_is_no_name(self):
        assert KeyGen.default((1,), {}) != KeyGen.default((), {"a": 1})

    def test_what_has_no_content_is_refused(self):
        with pytest.raises(UncacheableArgument, match=r"args\[0\]"):
            KeyGen.default((object(),), {})

    def test_content_counts_and_not_the_place(self, file: Path, tmp_path: Path):
        other = tmp_path / "copy.csv"
        other.write_text("one")

        assert KeyGen.from_file_content(file) == KeyGen.from_file_content(str(other))

    def test_other_content_is_another_key(self, file: Path):
        before = KeyGen.from_file_content(file)
        file.write_text("two")

        assert before != KeyGen.from_file_content(file)

    def test_suffix_and_content_are_kept_apart(self, tmp_path: Path):
        """A file ``x.a`` with ``bc`` is not the file ``x.ab`` with ``c``."""
        for name, text in {"x.a": "bc", "x.ab": "c"}.items():
            (tmp_path / name).write_text(text)

        assert KeyGen.from_file_content(tmp_path / "x.a") != KeyGen.from_file_content(
            tmp_path / "x.ab"
        )

    def test_a_list_is_each_of_its_paths(self, file: Path):
        before = KeyGen.from_file_content([file, file])
        file.write_text("two")

        assert before != KeyGen.from_file_content([file, file])

    def test_the_stat_is_of_nanoseconds(self, file: Path):
        os.utime(file, ns=(0, 10**18 + 1))
        before = KeyGen.from_path_stat(file)
        os.utime(file, ns=(0, 10**18 + 2))

        assert before != KeyGen.from_path_stat(file)

    def test_a_file_that_took_the_place_of_another_is_another(self, file: Path, tmp_path: Path):
        """Also when it has the same size and time."""
        stat = file.stat()
        before = KeyGen.from_path_stat(file)
        other = tmp_path / "other"
        other.write_text("two")
        os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        other.replace(file)

        assert before != KeyGen.from_path_stat(file)

    def test_a_relative_path_is_where_it_leads(self, file: Path, monkeypatch):
        monkeypatch.chdir(file.parent)

        assert KeyGen.from_path_stat(file) == KeyGen.from_path_stat(file.name)

    @pytest.mark.parametrize("make", [KeyGen.from_file_content, KeyGen.from_path_stat])
    def test_a_missing_file_is_an_error(self, make, tmp_path: Path):
        with pytest.raises(FileNotFoundError):
            make(tmp_path / "none")

    @pytest.mark.parametrize("make", [KeyGen.from_file_content, KeyGen.from_path_stat])
    def test_what_is_no_path_is_an_error(self, make):
        with pytest.raises(TypeError, match="3 is no path"):
            make(3)

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path):
        os.mkfifo(tmp_path / "pipe")

        with pytest.raises(OSError, match="no regular file"):
            KeyGen.from_file_content(tmp_path / "pipe")


class TestPolicies:
    """Keys of the calls of a function."""

    def test_what_is_ignored_does_not_count(self):
        key = keys(KeyGen.ignore("verbose"))

        assert key("p", verbose=True) == key("p")
        assert key("p") != key("q")

    def test_to_be_ignored_is_no_value(self):
        """A call with everything ignored is not the call with something that looks like it."""
        assert keys(KeyGen.ignore("verbose"))("p") != keys(KeyGenPolicy())("p", {"$": "ignored"})

    def test_ignored_options_do_not_count(self):
        key = keys(KeyGen.ignore("client"))

        assert key("p", client=object(), n=1) == key("p", client=2, n=1) == key("p", n=1)
        assert key("p", client=1, n=1) != key("p", client=1, n=2)

    def test_all_options_can_be_ignored(self):
        key = keys(KeyGen.ignore("options", "more"))

        assert key("p", False, 1, 2, a=3) == key("p")

    def test_a_file_counts_by_content(self, file: Path):
        key = keys(KeyGen.file_content("path"))
        before = key(file)
        os.utime(file, ns=(0, 0))

        assert before == key(file)
        file.write_text("two")
        assert before != key(file)

    def test_a_file_counts_by_stat(self, file: Path):
        key = keys(KeyGen.path_stat("path"))
        before = key(file)
        os.utime(file, ns=(0, 0))

        assert before != key(file)

    def test_strategies_are_mapped_by_name(self, file: Path):
        key = keys(KeyGen.map(path=Strategy.FILE_CONTENT, verbose=Strategy.IGNORE))

        assert key(file, True) == key(str(file), False)

    def test_a_function_says_what_counts(self):
        key = keys(KeyGen.map(path=lambda user: user["id"]))

        assert key({"id": 1, "seen": 5}) == key({"id": 1, "seen": 6})
        assert key({"id": 1}) != key({"id": 2})

    def test_what_counts_of_an_argument_is_not_the_argument(self):
        assert keys(KeyGen.map(path=lambda path: path))("p") != keys(KeyGenPolicy())("p")

    def test_others_follow_the_default(self):
        key = keys(KeyGenPolicy({"path": Strategy.DEFAULT}, Strategy.IGNORE))

        assert key("p", True, 1, a=2) == key("p")
        assert key("p") != key("q")

    def test_options_are_named_one_by_one_beside_a_default(self):
        key = keys(KeyGenPolicy({"n": Strategy.DEFAULT, "path": Strategy.DEFAULT}, Strategy.IGNORE))

        assert key("p", n=1, a=1) == key("p", n=1, a=2)
        assert key("p", n=1) != key("p", n=2)

    def test_a_rule_for_a_parameter_says_nothing_of_an_option_of_its_name(self):
        """A parameter that cannot be named leaves its name to the options."""

        def fetch(path: str, /, **options: object) -> None: ...

        signature = inspect.signature(fetch)
        policy = KeyGen.map(path=Strategy.IGNORE, options=Strategy.DEFAULT, more=Strategy.IGNORE)
        bind = narrowed(Binder(signature).bind, policy, signature)
        make = KeyMaker(func_name="m:fetch", version=None, bind=bind)

        def key(*args: object, **kwargs: object) -> str:
            return make.key(args, kwargs).cache_key

        assert key("p", path=1, more=1) == key("q", path=1, more=2)
        assert key("p", path=1) != key("p", path=2)
        assert key("p", options=1) != key("p", options=2)

    def test_a_file_that_cannot_be_read_is_no_key(self, tmp_path: Path):
        """The call runs uncached: to say what is wrong is the function's own affair."""
        with pytest.raises(UncacheableArgument, match="FileNotFoundError") as caught:
            keys(KeyGen.file_content("path"))(tmp_path / "none")

        assert "path" == caught.value.path

    def test_a_name_that_is_no_argument_is_an_error(self):
        def f(path, n): ...

        signature = inspect.signature(f)
        with pytest.raises(ConfigurationError, match=r"'paht' is no argument.*path, n"):
            narrowed(Binder(signature).bind, KeyGen.ignore("paht"), signature)

    @pytest.mark.parametrize("rule", [None, "ignore", 3])
    def test_a_rule_that_says_nothing_is_an_error(self, rule):
        with pytest.raises(ConfigurationError, match="expected a Strategy"):
            KeyGen.map(path=rule)

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [
            (KeyGenPolicy(), False),
            (KeyGen.ignore("a"), False),
            (KeyGen.file_content("a"), True),
            (KeyGenPolicy({}, Strategy.PATH_STAT), True),
            (KeyGen.map(a=len), False),
        ],
    )
    def test_whether_it_waits_for_files_is_known(self, policy: KeyGenPolicy, expected: bool):
        assert expected is policy.reads_files


class TestCustom:
    """Calls that the user's own function names."""

    BIND = staticmethod(Binder(inspect.signature(read)).bind)

    def test_what_it_answers_names_the_call(self):
        bind = custom(self.BIND, lambda path, **_: path)

        assert bind(("p",), {"a": 1}) == bind(("p",), {"a": 2}) != bind(("q",), {})

    def test_it_is_no_argument_of_that_name(self):
        """An argument called ``key`` cannot look like it."""
        assert custom(self.BIND, lambda path: path)(("p",), {}).keys().isdisjoint({"key", "path"})

    def test_what_is_always_given_counts_too(self):
        one, two = (custom(self.BIND, lambda path: path, always) for always in ([1], [2]))

        assert one(("p",), {}) != two(("p",), {})

    def test_none_names_nothing(self):
        with pytest.raises(UncacheableArgument, match="None"):
            custom(self.BIND, lambda path: None)(("p",), {})

    def test_its_failure_is_no_key(self):
        def broken(path):
            return path.id

        with pytest.raises(UncacheableArgument, match="AttributeError") as caught:
            custom(self.BIND, broken)(("p",), {})

        assert isinstance(caught.value.__cause__, AttributeError)

    def test_a_call_that_does_not_fit_is_not_named(self):
        """Python itself says best what is wrong with it."""
        with pytest.raises(TypeError) as caught:
            custom(self.BIND, lambda *_, **__: 1)((), {})

        assert not isinstance(caught.value, UncacheableArgument)
