"""Whether a call that failed is tried again, and when.

One pure decision, asked after every attempt that raised. Randomness and time are arguments; the
driver waits. Whatever the user's own functions answer here, the exception of the call stays the
one that the caller sees.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from beautyspot.core.backoff import Backoff
from beautyspot.core.durations import nanoseconds
from beautyspot.core.errors import ValidationError
from beautyspot.core.retry import NEVER_AGAIN, Named, Retry, RetryAfter, WaitLike
from beautyspot.core.retry_after import asked_ns

__all__ = ["PATIENCE_NS", "Again", "GiveUp", "Retry", "RetryEnd", "decide", "left_ns", "noted"]

#: Why a call is not tried again: nobody named the exception; there were as many attempts as there
#: may be; the next one would begin after the deadline; the server asks for a longer wait than
#: there is time for; one of the user's own functions failed.
RetryEnd: TypeAlias = Literal["unnamed", "attempts", "deadline", "asked", "broken"]


@dataclass(frozen=True, slots=True)
class Again:
    """The call is tried again, after a wait."""

    delay_ns: int  #: nanoseconds, at least 0
    retry_after_ns: int | None = None  #: for how long the server wants to be left alone, by anybody


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The exception goes to the caller."""

    reason: RetryEnd
    retry_after_ns: int | None = None  #: for how long the server wants to be left alone, by anybody
    note: str | None = None  #: what to add to the exception


def decide(  # noqa: PLR0913  # the whole outside world, as arguments
    retry: Retry,
    attempt: int,
    exception: BaseException,
    elapsed_ns: int,
    now: datetime,
    random: float,
    *,
    max_wait_ns: int | None = None,
) -> Again | GiveUp:
    """Decide what comes after an attempt that raised.

    Args:
        retry: what the user wants.
        attempt: the number of the attempt that raised, from 1.
        exception: what it raised.
        elapsed_ns: nanoseconds since the first attempt began.
        now: aware; the time of day, for servers that name a moment.
        random: from 0 to 1.
        max_wait_ns: the longest time that the server may ask for; None: an hour when there is no
            deadline, else what is left of it.
    """
    if not isinstance(exception, Exception) or isinstance(exception, NEVER_AGAIN):
        return GiveUp("unnamed")
    try:
        named = _named(retry.on, exception)
        if named is False:
            return GiveUp("unnamed")
        asked = _asked(retry.retry_after, exception, now)
        left = left_ns(retry, elapsed_ns)
        if retry.attempts is not None and attempt >= retry.attempts:
            return GiveUp("attempts", asked)
        if named is True and (note := _too_long(asked, left, max_wait_ns)) is not None:
            return GiveUp("asked", asked, note)
        delay = _delay(retry.wait, attempt, random, asked, left) if named is True else named
    except Exception as error:  # noqa: BLE001  # the user's code must not hide the exception
        return GiveUp("broken", note=_failed(error))
    return Again(delay, asked) if left is None or delay <= left else GiveUp("deadline", asked)


def left_ns(retry: Retry, elapsed_ns: int) -> int | None:
    """Answer how many nanoseconds are left for another attempt to begin; None: no end is set.

    Below 0 it is too late: whoever has waited for a limit, or slept too long, asks again.
    """
    whole = None if retry.deadline is None else nanoseconds(retry.deadline)
    return None if whole is None else whole - max(0, elapsed_ns)


def noted(exception: BaseException, note: str | None) -> None:
    """Add a note to an exception, once; one that takes none goes without."""
    with suppress(Exception):  # its class may be anybody's, and refuse to be written to
        if note is not None and note not in getattr(exception, "__notes__", ()):
            exception.add_note(note)


#: Nanoseconds. Longer than an hour nobody waits who has not said so by a deadline.
PATIENCE_NS: Final = 3600 * 1_000_000_000


def _named(on: Named, exception: Exception) -> bool | int:
    """Answer whether it is tried again, or after exactly how many nanoseconds."""
    if isinstance(on, type | tuple):
        return isinstance(exception, on)
    answer: object = on(exception)
    if isinstance(answer, bool):
        return answer
    delay = nanoseconds(answer)
    if delay is None:
        msg = f"on= answered {answer!r}: expected True, False, seconds of at least 0 or a timedelta"
        raise ValidationError(msg)
    return delay


def _asked(reader: RetryAfter, exception: Exception, now: datetime) -> int | None:
    if reader is None:
        return asked_ns(exception, now)
    if reader is False:
        return None
    answer: object = reader(exception)
    if answer is None:
        return None
    asked = nanoseconds(answer)
    if asked is None:
        msg = f"retry_after= answered {answer!r}: expected seconds of at least 0, or None"
        raise ValidationError(msg)
    return asked


def _delay(wait: WaitLike, attempt: int, random: float, asked: int | None, left: int | None) -> int:
    """Answer how many nanoseconds to wait: what the server asks for, at least."""
    if callable(wait):
        answer: object = wait(attempt)
        delay = nanoseconds(answer)
        if delay is None:
            msg = f"wait= answered {answer!r}: expected seconds of at least 0, or a timedelta"
            raise ValidationError(msg)
        return max(delay, asked or 0)
    backoff = wait if isinstance(wait, Backoff) else Backoff(first=wait)
    delay = backoff.delay_ns(attempt, random)
    if not asked:
        return delay
    if backoff.jitter == "none":
        return max(delay, asked)
    # All who were refused hear the same number: coming back together they would be refused again.
    return asked + (delay if left is None else min(delay, left - asked))


def _too_long(asked: int | None, left: int | None, max_wait_ns: int | None) -> str | None:
    """Answer what to say when the server asks for more than there is; None: there is enough."""
    if asked is None:
        return None
    bounds = [
        (None if left is None else max(0, left), "of its deadline are left"),
        (max_wait_ns, "is the longest that it may wait"),
        (PATIENCE_NS if left is max_wait_ns is None else None, "is what it waits at most"),
    ]
    known = [(bound, words) for bound, words in bounds if bound is not None]
    bound, words = min(known)
    if asked <= bound:
        return None
    return (
        f"beautyspot did not try again: the server asks to wait {asked / 1e9:.3f} s, "
        f"and {bound / 1e9:.3f} s {words}. Call again after that time, or allow a longer one"
    )


def _failed(error: Exception) -> str:
    with suppress(Exception):  # so may its text
        return (
            f"beautyspot did not try again: deciding on it failed, {type(error).__name__}: {error}"
        )
    return f"beautyspot did not try again: deciding on it failed, {type(error).__name__}"
