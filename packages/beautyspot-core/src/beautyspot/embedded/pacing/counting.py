"""Charging quotas off the event loop: the database may have to wait for others."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from beautyspot.core.quotas import QuotaCharge, Spent

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["Counting", "in_thread"]


class _Counter(Protocol):
    def spend(self, charges: Sequence[QuotaCharge]) -> tuple[Spent, ...]: ...

    def correct(self, spent: Sequence[Spent], actual: Sequence[int]) -> None: ...


class Counting:
    """One charge, made in a thread for a task.

    A task that is cancelled meanwhile does not wait for the thread, which gives back by itself what
    nobody wants any more.
    """

    __slots__ = ("_counter", "_is_unwanted", "_lock", "_spent")

    def __init__(self, counter: _Counter) -> None:
        """Take who counts."""
        self._counter: Final = counter
        self._lock: Final = Lock()
        self._is_unwanted = False
        self._spent: tuple[Spent, ...] = ()

    async def spent(
        self, loop: "AbstractEventLoop", charges: Sequence[QuotaCharge]
    ) -> tuple[Spent, ...]:
        """Answer what was charged.

        Raises:
            QuotaExceeded: a quota has not enough left.
        """
        try:
            return await loop.run_in_executor(None, self._spend, charges)
        except BaseException:
            with self._lock:
                self._is_unwanted = True
                left, self._spent = self._spent, ()
            if left:
                in_thread(loop, lambda: self._give_back(left))
            raise

    def _spend(self, charges: Sequence[QuotaCharge]) -> tuple[Spent, ...]:
        with self._lock:
            if self._is_unwanted:
                return ()
        spent = self._counter.spend(charges)
        with self._lock:
            if not self._is_unwanted:
                self._spent = spent
                return spent
        self._give_back(spent)
        return ()

    def _give_back(self, spent: Sequence[Spent]) -> None:
        self._counter.correct(spent, (0,) * len(spent))


def in_thread(loop: "AbstractEventLoop", work: Callable[[], None]) -> None:
    """Do something in a thread of the loop; at once when the loop has no threads any more."""
    try:
        loop.run_in_executor(None, work)
    except RuntimeError:  # it is closed, or the interpreter is ending
        work()
