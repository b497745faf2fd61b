"""Ctrl-C at every step of a wait: nothing is left behind, whatever was interrupted."""

import gc
import sys
import threading
from contextlib import contextmanager

import pytest

from beautyspot.core.costs import Meter
from beautyspot.core.gcra import Rate
from beautyspot.core.limits import parse_limits
from beautyspot.embedded.pacing import Pacer, Slots, limiter_of
from beautyspot.testing import ManualClock, MemoryTaskDB
from beautyspot.testing.crowds import until

SECOND = 1_000_000_000
#: More steps than any of these calls has; those beyond its end interrupt nothing.
MOST = 200


@contextmanager
def interrupted_at(number):
    """Raise in this thread at the n-th place in our modules where CPython looks for signals."""
    left = number

    def look(frame, event, _):
        nonlocal left
        # When a Python function begins, and when one of C has returned.
        if event not in {"call", "c_return"} or "/embedded/pacing/" not in frame.f_code.co_filename:
            return
        # An interpreter swallows what is raised in a finalizer, Ctrl-C as well.
        if _is_final(frame):
            return
        left -= 1
        if left == 0:
            sys.setprofile(None)
            raise KeyboardInterrupt

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        sys.setprofile(before)


def _is_final(frame):
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


def run_all(attempt):
    """Try with an interrupt at each step until there is none any more; answer how many."""
    for number in range(1, MOST):
        if not attempt(number):
            return number
    raise AssertionError("there are more steps than are tried")


def test_a_slot_that_is_free_is_taken_or_not():
    """Interrupted or not, it is free once it is forgotten."""

    def attempt(number):
        slots, done = Slots(1, ManualClock()), []
        with interrupted_at(number):
            slot = slots.take()
            slot.release()
            done.append(True)
        slot = None
        gc.collect(1)
        assert not slots.held
        assert not slots.line.places
        slots.take(0).release()
        return not done

    assert run_all(attempt) > 10


def test_a_slot_that_is_waited_for_goes_to_the_next_one():
    """Interrupted or not, whoever comes next has it."""

    def attempt(number):
        slots, done, held = Slots(1, ManualClock()), [], []
        release = threading.Event()

        def holder():
            held.append(slots.take())
            release.wait(20)
            held.pop().release()

        def opener():
            until(lambda: slots.line.places or release.is_set())
            release.set()

        thread = threading.Thread(target=holder)
        thread.start()
        until(lambda: held)
        other = threading.Thread(target=opener)
        other.start()
        with interrupted_at(number):
            slots.take().release()
            done.append(True)
        release.set()
        other.join()
        thread.join()
        gc.collect(1)
        assert not slots.line.places
        until(lambda: not slots.held)
        slots.take(0).release()
        return not done

    assert run_all(attempt) > 20


def test_who_waits_gets_a_slot_whose_release_was_interrupted():
    """At the latest when it is forgotten."""

    def attempt(number):
        slots, done, got = Slots(1, ManualClock()), [], []
        slot = slots.take()
        thread = threading.Thread(target=lambda: got.append(slots.take()), daemon=True)
        thread.start()
        until(lambda: slots.line.places)
        with interrupted_at(number):
            slot.release()
            done.append(True)
        slot = None
        gc.collect(1)
        until(lambda: got)
        thread.join()
        return not done

    assert run_all(attempt) > 5


@pytest.mark.parametrize("free", [True, False])
def test_a_charge_is_made_for_who_was_granted_and_nobody_else(free):
    """Interrupted or not, at most this one call is charged, and the line is empty."""

    def attempt(number):
        clock, done = ManualClock(), []
        pacer = Pacer([Meter("tpm", "tokens", Rate(1, SECOND, burst=10))], clock)
        if not free:
            pacer.acquire(10)

        def opener():
            until(lambda: clock.sleepers or stop.is_set())
            clock.advance(10)

        stop = threading.Event()
        thread = threading.Thread(target=opener)
        if not free:
            thread.start()
        with interrupted_at(number):
            pacer.acquire({"tokens": 10})
            done.append(True)
        stop.set()
        if not free:
            thread.join()
        gc.collect(1)
        assert not pacer.lane("", clock.monotonic_ns()).line.places
        clock.advance(10)
        assert pacer.try_acquire(10)
        return not done

    assert run_all(attempt) > 10


def test_a_quota_is_never_given_back_twice():
    """Interrupted or not, no more is left than there was."""

    def attempt(number):
        clock, done = ManualClock(), []
        limiter = limiter_of(parse_limits(limits={"tpd": 100}), clock, MemoryTaskDB())
        with interrupted_at(number):
            limiter.acquire(60).settle(10)
            done.append(True)
        gc.collect(1)
        granted = sum(bool(_asked(limiter)) for _ in range(101))
        assert 40 <= granted <= 100
        return not done

    assert run_all(attempt) > 10


def _asked(limiter):
    try:
        return limiter.try_acquire(1)
    except Exception:  # the quota is used up
        return False
