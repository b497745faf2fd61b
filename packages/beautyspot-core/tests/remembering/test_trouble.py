"""What goes wrong around a call is told once, or raised by who wants it so."""

import warnings
from pathlib import Path
from typing import Any

import pytest

from beautyspot import BeautySpotWarning
from beautyspot.core.errors import (
    BlobUnavailable,
    CacheCorruptedError,
    SerializationError,
    StoreUnavailable,
    UncacheableArgument,
)

from .stores import double, nothing, spot_of, warned


def unstorable(x: Any) -> object:
    return object()


def test_a_value_that_cannot_be_kept_is_returned(db, blobs, mark):
    """One warning that names the type; nothing is stored."""
    call, marked = mark(spot_of(db, blobs), unstorable)

    assert type(warned(lambda: call(1), "SerializationError.*object")) is object
    assert type(call(1)) is object
    assert marked.counts.runs == 2
    assert db.get(marked.key(1)) is None


def test_an_argument_without_content_runs_uncached(db, blobs, mark):
    """One warning that names the argument; the call is answered."""
    call, marked = mark(spot_of(db, blobs), nothing)

    assert warned(lambda: call(object()), r"x is a builtins\.object") is None
    assert call(object()) is None
    assert (marked.counts.runs, marked.counts.troubles) == (2, 2)


def test_a_blob_store_that_is_down_is_told_of_once(db, blobs, mark):
    """A call that cannot load its result cannot save it either: one cause, call after call."""
    call, marked = mark(spot_of(db, blobs, save_blob=True), double)
    call(1)
    blobs.loading = blobs.saving = BlobUnavailable("no network")

    assert warned(lambda: call(1), "could not be asked") == [1, 1]
    assert call(1) == call(1) == [1, 1]
    assert marked.counts.runs == 4


def test_a_save_that_fails_by_itself_is_told_of_after_an_outage(db, blobs, mark):
    """Or nobody would know that nothing is kept any more."""
    call, _ = mark(spot_of(db, blobs, save_blob=True), double)
    call(1)
    blobs.loading = blobs.saving = BlobUnavailable("no network")
    warned(lambda: call(1), "could not be asked")

    blobs.loading, blobs.saving = None, BlobUnavailable("no space")
    assert warned(lambda: call(2), "no space") == [2, 2]


@pytest.mark.parametrize("where", ["spot", "mark"])
def test_strict_raises_what_goes_wrong(db, blobs, mark, where: str):
    """For the whole Spot or for one function; the store's own error is what is raised."""
    spot = spot_of(db, blobs, strict=where == "spot")
    options = {"strict": True} if where == "mark" else {}
    call, marked = mark(spot, double, **options)
    keep, _ = mark(spot, unstorable, **options)

    with pytest.raises(UncacheableArgument):
        call(object())
    with pytest.raises(SerializationError):
        keep(1)
    db.saving = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable, match="full"):
        call(1)
    db.reading = CacheCorruptedError("bad")
    with pytest.raises(CacheCorruptedError, match="bad"):
        call(1)
    assert marked.counts.runs == 1


def test_a_function_can_be_less_strict_than_its_spot(db, blobs, mark):
    """What the function says counts."""
    call, _ = mark(spot_of(db, blobs, strict=True), double, strict=False)
    db.saving = StoreUnavailable("full")

    assert warned(lambda: call(1), "not stored") == [1, 1]


def test_a_warning_points_at_the_function(db, blobs, mark):
    """File and line are those of the user's own code."""
    call, marked = mark(spot_of(db, blobs), double)
    db.saving = StoreUnavailable("full")

    with pytest.warns(BeautySpotWarning) as caught:
        call(1)

    assert Path(__file__).with_name("conftest.py") == Path(caught[0].filename)
    assert caught[0].lineno == marked.__wrapped__.__code__.co_firstlineno


def test_warnings_as_errors_do_not_cost_the_value(db, blobs, mark, caplog):
    """The value reaches the caller whatever the warning filters say; the message is logged."""
    call, _ = mark(spot_of(db, blobs), double)
    db.saving = StoreUnavailable("full")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = call(1)

    assert value == [1, 1]
    assert "returned but not stored" in caplog.text


def test_a_refused_closure_is_refused_anew_each_time(db, blobs):
    """Each caller gets an error of its own, which holds no other caller's frames."""
    client = object()

    def ask() -> object:
        return client

    marked = spot_of(db, blobs, strict=True).mark(ask)

    def refusal() -> UncacheableArgument:
        with pytest.raises(UncacheableArgument, match="nonlocal client") as caught:
            marked()
        return caught.value

    assert refusal() is not refusal()


class Shy:
    """Something that cannot be shown."""

    def __repr__(self) -> str:
        raise LookupError("no words")


@pytest.mark.parametrize("argument", [{Shy(): object()}, {10**5000: object()}, [Shy, object()]])
def test_an_argument_that_cannot_be_shown_is_refused_all_the_same(db, blobs, mark, argument):
    """To say what is wrong must not go wrong itself."""
    call, _ = mark(spot_of(db, blobs), nothing)

    assert warned(lambda: call(argument), r"\(UncacheableArgument: x\[") is None


class Mute(Exception):
    def __str__(self) -> str:
        raise LookupError("no words")


def test_an_error_that_cannot_be_shown_costs_no_value(db, blobs, mark):
    """An adapter's error is foreign code as well."""
    call, marked = mark(spot_of(db, blobs), double)
    db.saving = Mute()

    assert call(1) == [1, 1]
    assert marked.counts.troubles == 1


def test_a_closed_stderr_costs_no_value(db, blobs, mark, monkeypatch):
    """Where nobody can be warned, the call is answered nevertheless."""
    call, _ = mark(spot_of(db, blobs), double)
    db.saving = StoreUnavailable("full")

    def closed(*args: object, **kwargs: object) -> None:
        raise ValueError("I/O operation on closed file")

    monkeypatch.setattr(warnings, "showwarning", closed)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert call(1) == [1, 1]
