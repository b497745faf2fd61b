"""The driver that uses no store: every call runs the function, as if it was not marked."""

from collections.abc import Callable, Mapping

__all__ = ["Bypassing"]


class Bypassing:
    """Runs every call of one function, plain or coroutine function alike."""

    def __init__(self, function: Callable[..., object]) -> None:
        """Take what to run."""
        self._function = function

    def call(
        self,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        *,
        refresh: bool = False,  # noqa: ARG002  # every call is fresh
    ) -> object:
        """Run the function."""
        return self._function(*args, **kwargs)
