"""How long one waits for a stream that somebody else runs: as long as it moves.

A stream is run by those who consume it, and one of them may have stopped half way and kept it: then
it never ends, and who waited for it would wait for ever. Where they are in another process, all
that is seen of them are claims. So a run claims two more names, by turns: between two chunks the
one or the other, both while the generator is running. Who waits sees that they change, or do not.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from beautyspot.core.keys import digest
from beautyspot.core.ports import Claims

__all__ = ["Patience", "Pulse", "pulse_of"]

#: Nanoseconds after which a stream that has not moved is taken for left: who waited for it runs the
#: function for himself. That is a run too many when the consumer was only slow, and no harm else.
_LONGEST: Final = 10 * 1_000_000_000


class Patience:
    """The patience of one who waits."""

    __slots__ = ("_now_ns", "_seen", "_since")

    def __init__(self, now_ns: Callable[[], int]) -> None:
        """Take what measures."""
        self._now_ns = now_ns
        self._seen: object = self
        self._since = 0

    def is_over(self, seen: object) -> bool:
        """Tell whether there was nothing new for too long; None as what is seen is always new."""
        now = self._now_ns()
        if seen is None or seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since >= _LONGEST


class Pulse:
    """What others see of a run. Where nothing can be claimed, they see that it does not move."""

    __slots__ = ("_claims", "_held", "_names")

    def __init__(self, claims: Claims, cache_key: str) -> None:
        """Begin between two chunks."""
        self._claims = claims
        self._names = _names(cache_key)
        self._held: list[object] = []
        self.pulls()

    def pulls(self) -> None:
        """Take note that the generator is running."""
        self._names.reverse()
        for _ in range(3):  # somebody may be looking at this very moment
            claim = _claimed(self._claims, self._names[0])
            if claim is not None:
                self._held.append(claim)
                return

    def pulled(self) -> None:
        """Take note that it waits to be asked for the next chunk."""
        self._release(len(self._held) - 1)

    def stop(self) -> None:
        """Take note that the run has ended."""
        self._release(len(self._held))

    def _release(self, n: int) -> None:
        for _ in range(n):
            claim = self._held.pop(0)
            with suppress(Exception):  # foreign code; the process takes its claims with it
                self._claims.release(claim)


def pulse_of(claims: Claims, cache_key: str) -> tuple[bool, ...] | None:
    """Answer what there is to see of a run; None: its generator is running."""
    seen: list[bool] = []
    for name in _names(cache_key):
        claim = _claimed(claims, name)
        seen.append(claim is None)
        if claim is not None:
            with suppress(Exception):  # foreign code
                claims.release(claim)
    return None if all(seen) else tuple(seen)


def _names(cache_key: str) -> list[str]:
    return [digest(f"{cache_key} {number}") for number in range(2)]


def _claimed(claims: Claims, name: str) -> object | None:
    try:
        return claims.claim(name)
    except Exception:  # noqa: BLE001  # foreign code
        return None
