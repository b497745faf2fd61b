"""The exceptions that callers get hold nothing but their own past."""

import asyncio
import gc
import warnings
import weakref
from contextlib import suppress
from typing import Any

import pytest

from beautyspot.core.errors import (
    StoreUnavailable,
)

from .stores import double, spot_of


@pytest.fixture
def no_collector():
    gc.disable()
    yield
    gc.enable()


def test_an_exception_leaves_no_cycle(db, blobs, no_collector):
    """What the function's frames hold goes as soon as the exception does."""
    marked = spot_of(db, blobs).mark(raises_holding)
    try:
        marked(1)
    except LookupError as error:
        held = error.args[0]

    assert held() is None


def test_an_awaited_exception_leaves_no_cycle(db, blobs, no_collector):
    """As above, seen from inside the loop: ``asyncio.run`` makes a cycle of its own."""
    marked = spot_of(db, blobs).mark(raises_holding_async)

    async def catch() -> Any:
        try:
            await marked(1)
        except LookupError as error:
            return error.args[0]

    assert asyncio.run(catch())() is None


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("step", ["reading", "saving"])
def test_an_outage_leaves_no_cycle(db, blobs, no_collector, strict: bool, step: str):
    """What the caller's frames hold goes with them, also while the store is down."""
    marked = spot_of(db, blobs, strict=strict).mark(double)
    setattr(db, step, StoreUnavailable("down"))

    def caller() -> weakref.ref[Held]:
        held = Held()
        with warnings.catch_warnings(), suppress(StoreUnavailable):
            warnings.simplefilter("ignore")
            marked(1)
        return weakref.ref(held)

    held = caller()
    setattr(db, step, None)  # the error, which was raised there, knows its frames

    assert held() is None


def test_the_context_of_an_error_is_its_own(db, blobs):
    """What the caller handles at that moment does not take the place of the error's own past."""
    call = spot_of(db, blobs).mark(second_thoughts)
    try:
        raise KeyError("the caller's")
    except KeyError:
        with pytest.raises(ValueError, match="second") as caught:
            call(1)

    assert isinstance(caught.value.__context__, ZeroDivisionError)


def second_thoughts(x: Any) -> None:
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        raise ValueError("second")  # noqa: B904  # its context is what is tested


class Held:
    """Something that a frame holds."""


def raises_holding(x: Any) -> None:
    held = Held()
    raise LookupError(weakref.ref(held))


async def raises_holding_async(x: Any) -> None:
    raises_holding(x)
