"""Threads that do what may never end, and are left behind then.

No SDK bounds every wait: names are resolved without any limit of time, and an answer that comes
byte by byte is never late. Whoever waits for such a step in another thread can stop waiting. A
thread that is done waits a second for the next step: to start one takes as long as a short request.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final, Generic, TypeAlias, TypeVar

from beautyspot.objects.deadline import Deadline

__all__ = ["in_time"]

T = TypeVar("T")

_Steps: TypeAlias = "SimpleQueue[Callable[[], None]]"

_PATIENCE: Final = 1.0  #: seconds that a thread waits for another step
#: Seconds past the deadline for the step to say itself what is wrong, which tells more.
_LATE: Final = 0.25
#: Seconds after which Ctrl-C is noticed that came just before the waiting began.
_GLANCE: Final = 1.0

#: What threads without work wait for. Whoever takes one out gives it a step, or its thread ends.
_idle: list[_Steps] = []


@dataclass(slots=True)
class _Outcome(Generic[T]):
    """What has come of a step in another thread."""

    value: T | None = None
    error: BaseException | None = None
    unwanted: bool = False  #: nobody waits for it any more


def in_time(step: Callable[[], T], deadline: Deadline) -> T:
    """Answer what a step answers; leave it behind in its thread when the time is over.

    Raises:
        BlobUnavailable: the time is over. What the step raises passes.
    """
    outcome: _Outcome[T] = _Outcome()
    done = Event()

    def work() -> None:
        try:
            outcome.value = step()
        except BaseException as error:  # noqa: BLE001  # it is the waiting thread's
            outcome.error = error
        done.set()
        if outcome.unwanted:
            _close(outcome.value)

    _give(work)
    try:
        while True:
            patience = deadline.left + _LATE
            if done.wait(min(patience, _GLANCE)):
                break
            if patience <= _GLANCE:
                deadline.check()
        if outcome.error is not None:
            raise outcome.error
        return outcome.value  # type: ignore[return-value]  # it is set where no error is
    finally:
        if not done.is_set():
            outcome.unwanted = True
            deadline.give_up()  # which ends what an interrupt has left behind, too
        outcome.error = None  # whose traceback leads here


def _give(work: Callable[[], None]) -> None:
    new: _Steps = SimpleQueue()
    try:
        steps = _idle.pop()
    except IndexError:
        steps = new
        try:
            Thread(target=_serve, args=(steps,), name="beautyspot-object", daemon=True).start()
        except RuntimeError:  # the interpreter ends, or the system has no more threads
            work()
            return
    steps.put(work)


def _serve(steps: _Steps) -> None:
    while True:
        try:
            work = steps.get(timeout=_PATIENCE)
        except Empty:
            try:
                _idle.remove(steps)
            except ValueError:  # somebody has taken it a moment ago
                continue
            return
        work()
        del work  # which may hold much
        _idle.append(steps)


def _close(value: object) -> None:
    close = getattr(value, "close", None)
    if callable(close):
        close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # whose threads a child has not
