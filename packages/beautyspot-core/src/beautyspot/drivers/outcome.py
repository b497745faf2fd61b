"""Handing the outcome of a plan to the caller."""

from beautyspot.core.attempts import Came, Opened
from beautyspot.core.effects import Outcome, Raised

__all__ = ["value_of"]


def value_of(outcome: Outcome | Came | Opened) -> object:
    """Answer what the function returned, or raise what it raised, the very same object."""
    if not isinstance(outcome, Raised):
        return outcome.value
    error = outcome.error
    context = error.__context__
    try:
        raise error
    finally:
        error.__context__ = context  # raising it here has put what the caller handles in its place
        del outcome, error  # the error's traceback holds this frame, which must not hold the error
