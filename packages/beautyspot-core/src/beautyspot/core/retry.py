"""What a user says about trying again: checked at once, and passed on."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from inspect import iscoroutinefunction
from typing import Final, Literal, TypeAlias, cast

from beautyspot.core.backoff import Backoff
from beautyspot.core.durations import Duration, nanoseconds
from beautyspot.core.errors import ConfigurationError, LimitError, ValidationError

__all__ = ["NEVER_AGAIN", "Named", "Retry", "RetryAfter", "WaitLike"]

#: What is tried again: a class of exceptions, several, or a function that is asked. It answers
#: True or False, or the very delay to wait: seconds, or a ``timedelta``.
Named: TypeAlias = (
    type[Exception] | tuple[type[Exception], ...] | Callable[[Exception], bool | float | timedelta]
)
#: How long to wait: a schedule, the ``first`` of one, or a function of the attempt's number.
WaitLike: TypeAlias = Backoff | Duration | Callable[[int], Duration]
#: How long the server wants to be left alone: looked up, ignored, or a function of the exception.
RetryAfter: TypeAlias = Callable[[Exception], Duration | None] | Literal[False] | None

#: Waiting changes nothing about these, or has been decided on: ``max_wait`` is over.
NEVER_AGAIN: Final = (ConfigurationError, LimitError)
_USUAL: Final = Backoff()


@dataclass(frozen=True, slots=True)
class Retry:
    """What is tried again, how often, and after what wait.

    Only what ``on`` names is tried again. What ends a program or a task never is, and neither is
    what a limit refuses (``LimitTimeout``, ``LimitImpossible``, ``QuotaExceeded``).

    Raises:
        ValidationError: a value cannot be used; the message says what is expected.
    """

    #: calls in all, at least 1; None: as many as the deadline has room for
    attempts: int | None = 3
    _: KW_ONLY
    on: Named
    #: ``Backoff(...)``; seconds, the ``first`` of one; or a function of the number of the attempt
    #: that failed, counted from 1, that answers the very seconds to wait
    wait: WaitLike = _USUAL
    #: seconds from the beginning of the first attempt, above 0; no other begins later. None: no end
    deadline: Duration | None = None
    #: how long the server wants to be left alone. None: looked up in the usual places; False: of no
    #: interest; or a function of the exception that answers seconds, or None
    retry_after: RetryAfter = None

    def __post_init__(self) -> None:
        _check_attempts(self.attempts, self.deadline)
        _check_on(self.on)
        _check_wait(self.wait)
        if self.deadline is not None and not nanoseconds(self.deadline):
            msg = (
                f"deadline={self.deadline!r} is none: expected seconds above 0, a timedelta "
                "above 0, or None for no end"
            )
            raise ValidationError(msg)
        asked: object = self.retry_after
        if not (asked is None or asked is False or _is_function(asked)):
            msg = (
                f"retry_after={asked!r} cannot be used: expected None (look in the usual places), "
                "False (ignore it), or a plain function of the exception that answers seconds"
            )
            raise ValidationError(msg)


def _check_attempts(attempts: object, deadline: object) -> None:
    if attempts is None:
        if deadline is None:
            msg = (
                "attempts=None and deadline=None would try for ever: expected a number of calls, "
                "or a deadline in seconds"
            )
            raise ValidationError(msg)
    elif type(attempts) is not int or attempts < 1:
        msg = (
            f"attempts={attempts!r} is no number of calls: expected a whole number of at least 1 "
            "(1 never tries again), or None together with a deadline"
        )
        raise ValidationError(msg)


def _check_on(on: object) -> None:
    if not isinstance(on, type | tuple):
        if _is_function(on):
            return
        msg = (
            f"on={on!r} names nothing: expected an exception class, a tuple of them, or a plain "
            "function of the exception that answers True, False or the seconds to wait"
        )
        raise ValidationError(msg)
    classes = cast("tuple[object, ...]", on) if isinstance(on, tuple) else (on,)
    if not classes:
        msg = "on=() names nothing: expected an exception class, or a tuple of some"
        raise ValidationError(msg)
    for named in classes:
        if not isinstance(named, type) or not issubclass(named, Exception):
            msg = (
                f"on={on!r} names {named!r}, which is never tried again: expected subclasses of "
                "Exception. What ends a program or a task (KeyboardInterrupt, CancelledError) "
                "is not one of them"
            )
            raise ValidationError(msg)
        if issubclass(named, NEVER_AGAIN):
            msg = (
                f"on={on!r} names {named.__name__}, which is never tried again: expected what the "
                "function itself raises. To wait longer for a limit, raise its max_wait"
            )
            raise ValidationError(msg)


def _check_wait(wait: object) -> None:
    if isinstance(wait, Backoff) or nanoseconds(wait) is not None or _is_function(wait):
        return
    msg = (
        f"wait={wait!r} is no wait: expected seconds of at least 0, a timedelta, Backoff(...), or "
        "a plain function of the attempt's number that answers seconds"
    )
    raise ValidationError(msg)


def _is_function(given: object) -> bool:
    return callable(given) and not isinstance(given, type) and not iscoroutinefunction(given)
