"""What ``Spot.cached_run`` answers: marked functions, lent for the length of a ``with`` block."""

from types import TracebackType
from typing import Generic, NoReturn, TypeVar

from beautyspot.core.errors import ConfigurationError

__all__ = ["Lent"]

T = TypeVar("T")


class Lent(Generic[T]):
    """Answers what it is made of to ``with``, and refuses to be taken for that itself."""

    def __init__(self, lent: T) -> None:
        """Take a marked function, or a tuple of them."""
        self._lent = lent

    def __enter__(self) -> T:
        """Answer the marked function or functions."""
        return self._lent

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let an error of the block pass."""

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Say how it is meant: ``executor.submit(spot.cached_run(f), x)`` would run nothing."""
        raise ConfigurationError(self._mistake("called"))

    def __iter__(self) -> NoReturn:
        """Say how it is meant: ``f, g = spot.cached_run(f, g)``."""
        raise ConfigurationError(self._mistake("unpacked"))

    def __reduce__(self) -> NoReturn:
        """Say how it is meant, to who sends it to a worker process."""
        raise ConfigurationError(self._mistake("sent to another process"))

    def __repr__(self) -> str:
        """Name the functions."""
        return f"<cached_run of {self._lent!r}>"

    def _mistake(self, how: str) -> str:
        return (
            f"{self!r} was {how}, so nothing ran: cached_run is for a with block. Write: "
            "with spot.cached_run(function) as cached: ... and use cached inside; to keep the "
            "function for longer: cached = spot.mark(function)"
        )
