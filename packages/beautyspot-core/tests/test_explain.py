"""Why a call is answered from the store, or why it runs: ``f.explain(...)``, end to end."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dependency_injector import providers

from beautyspot import Spot, Verdict
from beautyspot.bootstrap import Container
from beautyspot.codeprint import RunningCode
from beautyspot.core.errors import StoreUnavailable
from beautyspot.core.model import Page, TaskRecord
from beautyspot.testing import ManualClock, MemoryBlobStore, MemoryTaskDB


def ask(question: str, temperature: float = 0.0, **options: Any) -> str:
    return question.upper()


@pytest.fixture
def db() -> MemoryTaskDB:
    return MemoryTaskDB()


@pytest.fixture
def spot(db: MemoryTaskDB) -> Spot:
    return Spot("explained", db=db, storage=MemoryBlobStore())


def test_a_stored_call_is_a_hit(spot: Spot):
    asked = spot.mark(ask)
    asked("why?")

    assert Verdict.HIT is asked.explain("why?").verdict
    assert asked.key("why?") == asked.explain("why?").key


def test_explaining_runs_and_counts_nothing(spot: Spot):
    asked = spot.mark(ask)
    asked("why?")
    before = asked.counts
    asked.explain("why?")
    asked.explain("how?")

    assert before == asked.counts


def test_nothing_is_stored(spot: Spot):
    assert Verdict.NO_ENTRY is spot.mark(ask).explain("why?").verdict


def test_the_argument_that_differs_is_named(spot: Spot):
    """Against the nearest stored call, not against any."""
    asked = spot.mark(ask)
    asked("how?", 1.0, stop=["a"])
    asked("why?", 0.5, stop=["a"])
    found = asked.explain("why?", 0.7, stop=["a"])

    assert Verdict.ARGUMENTS is found.verdict
    assert [("temperature", "0.7", "0.5")] == [
        (d.path, d.wanted, d.stored) for d in found.differences
    ]
    assert "temperature: 0.7, stored: 0.5" in repr(found)


def test_a_type_that_differs_is_shown(spot: Spot):
    asked = spot.mark(ask)
    asked("why?", stop=("a",))
    (difference,) = asked.explain("why?", stop=["a"]).differences

    assert ("['a']", "('a',)") == (difference.wanted, difference.stored)


def test_another_version_is_named(spot: Spot):
    spot.mark(ask, version="1")("why?")
    found = spot.mark(ask, version="2").explain("why?")

    assert Verdict.OTHER_VERSION is found.verdict
    assert "1" == found.stored_version


def test_what_has_expired_is_said():
    clock = ManualClock()
    with Container.clock.override(providers.Object(clock)):
        spot = Spot("expiring", db=MemoryTaskDB(), storage=MemoryBlobStore())
        asked = spot.mark(ask, retention="1h")
        asked("why?")
        clock.advance(3600)

        assert Verdict.EXPIRED is asked.explain("why?").verdict


def test_what_cannot_be_read_back_is_said(spot: Spot, db: MemoryTaskDB):
    asked = spot.mark(ask)
    asked("why?")
    record = db.get(asked.key("why?"))
    assert record is not None
    db.save(type(record)(**{**vars_of(record), "result_data": b"BS spoilt"}))

    assert Verdict.CORRUPT is asked.explain("why?").verdict


def vars_of(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__dataclass_fields__}


def test_a_store_that_cannot_be_asked_is_said(spot: Spot, db: MemoryTaskDB, monkeypatch):
    asked = spot.mark(ask)
    asked("why?")

    def unreachable(*_: object, **__: object) -> None:
        raise StoreUnavailable("unplugged")

    monkeypatch.setattr(db, "page", unreachable)
    assert Verdict.UNREACHABLE is asked.explain("how?").verdict
    monkeypatch.setattr(db, "entry", unreachable)
    assert Verdict.UNREACHABLE is asked.explain("why?").verdict


def test_a_database_that_fails_while_it_is_read_is_said(spot: Spot, db: MemoryTaskDB, monkeypatch):
    """Some answer with what asks them again when it is gone through."""

    class Reading(tuple[TaskRecord, ...]):
        __slots__ = ()

        def __iter__(self) -> Iterator[TaskRecord]:
            raise OSError("unplugged")

    asked = spot.mark(ask)
    asked("why?")
    monkeypatch.setattr(db, "page", lambda *_, **__: Page(Reading(), None))
    found = asked.explain("how?")

    assert Verdict.UNREACHABLE is found.verdict
    assert "OSError: unplugged" in found.detail


def test_the_store_is_not_blamed_for_an_error_of_the_comparison(spot: Spot, monkeypatch):
    """What is wrong is shown as it is."""
    asked = spot.mark(ask)
    asked("why?")

    def fail(*_: object) -> tuple[str, ...]:
        raise ZeroDivisionError("in the comparison")

    monkeypatch.setattr(RunningCode, "changes", fail)

    with pytest.raises(ZeroDivisionError):
        asked.explain("why?")


def test_a_database_without_a_catalog_has_nothing_to_compare(spot: Spot):
    class Small:
        def __init__(self) -> None:
            self._db = MemoryTaskDB()
            self.init_schema, self.get = self._db.init_schema, self._db.get
            self.save, self.delete = self._db.save, self._db.delete

    asked = Spot("small", db=Small(), storage=MemoryBlobStore()).mark(ask)
    asked("why?")

    assert Verdict.HIT is asked.explain("why?").verdict
    assert Verdict.NOT_COMPARABLE is asked.explain("how?").verdict


def test_what_has_no_key_is_named(spot: Spot):
    found = spot.mark(ask).explain("why?", client=object())

    assert (Verdict.UNCACHEABLE, None) == (found.verdict, found.key)
    assert "options['client']" in found.detail


def test_arguments_that_do_not_fit_are_pythons_affair(spot: Spot):
    with pytest.raises(TypeError):
        spot.mark(ask).explain()


def test_a_method_is_explained_with_its_object(spot: Spot):
    class Model:
        def __init__(self, name: str) -> None:
            self.name = name

        @spot.mark
        def ask(self, question: str) -> str:
            return question

    Model("a").ask("why?")

    assert ["self.name"] == [d.path for d in Model("b").ask.explain("why?").differences]


SECRET = "hunter2-" * 3


@pytest.mark.parametrize("options", [{"ignore": ("token",)}, {"explain": False}])
def test_secrets_are_not_in_the_file(tmp_path: Path, options: Any):
    """Neither what is ignored, nor anything with ``explain=False``."""

    def fetch(url: str, token: str) -> str:
        return url

    with Spot("secret", db=tmp_path / "secret.db") as spot:
        fetched = spot.mark(fetch, **options)
        fetched("a", SECRET)
        fetched.explain("b", SECRET)

    assert SECRET.encode() not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_without_arguments_kept_nothing_is_compared(spot: Spot):
    asked = spot.mark(ask, explain=False)
    asked("why?")

    assert Verdict.NOT_COMPARABLE is asked.explain("how?").verdict


def test_a_large_argument_that_differs_is_named(spot: Spot):
    asked = spot.mark(ask)
    asked("why?", 0.5, numbers=list(range(5000)))
    found = asked.explain("why?", 0.5, numbers=list(range(5001)))

    assert Verdict.ARGUMENTS is found.verdict
    assert ["**options"] == [d.path for d in found.differences] or "options" in repr(found)


PROGRAM = """
import sys
from beautyspot import Spot

def ask(question, temperature=0.0):
    return question

asked = Spot("across", db=sys.argv[1]).mark(ask)
if sys.argv[2] == "call":
    asked("why?", 0.5)
else:
    print(asked.explain("why?", 0.7))
"""


def test_it_is_explained_by_another_process(tmp_path: Path):
    """What is compared is what another process has stored."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)

    def run(what: str) -> str:
        command = [sys.executable, str(program), str(tmp_path / "across.db"), what]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    run("call")

    assert "temperature: 0.7, stored: 0.5" in run("explain")


def test_of_an_array_type_and_shape_are_shown_first(spot: Spot):
    asked = spot.mark(ask)
    asked("why?", data=np.arange(3.0))
    (difference,) = asked.explain("why?", data=np.arange(4, dtype="<i2")).differences

    assert difference.wanted.startswith("ndarray(<i2, (4,), ")
    assert difference.stored.startswith("ndarray(<f8, (3,), ")
