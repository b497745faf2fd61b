"""``Project`` and ``task``: a Spot by the names that it had in version 1."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, ParamSpec, TypeVar, Unpack, cast, overload

from beautyspot.core.errors import ConfigurationError
from beautyspot.keygen import KeyGenPolicy
from beautyspot.marked import Marked
from beautyspot.options import MarkOptions
from beautyspot.settings import SpotOptions, Storage
from beautyspot.spot import Spot

__all__ = ["Project", "ProjectOptions", "TaskOptions"]

P = ParamSpec("P")
R = TypeVar("R")

#: Options of version 1 that mean nothing here, and what to write instead.
_GONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "s3_opts": "give storage= an adapter that is made with them",
        "io_workers": "leave it out: nothing waits for a pool of threads",
        "executor": "leave it out: nothing waits for a pool of threads",
    }
)


class ProjectOptions(SpotOptions, total=False):
    """The options of ``Project``: those of ``Spot``, and the older name of one."""

    storage_path: Storage  #: ``storage``


class TaskOptions(MarkOptions, total=False):
    """The options of ``Project.task``: those of ``Spot.mark``, and the older name of one."""

    input_key_fn: KeyGenPolicy | Callable[..., object] | None  #: ``key``


class Project(Spot):
    """A ``Spot``, for programs written for version 1; new ones say ``Spot`` and ``mark``."""

    def __init__(self, name: str, **options: Unpack[ProjectOptions]) -> None:
        """Say where results go and how they are kept.

        Args:
            name: as for ``Spot``.
            options: as for ``Spot``; ``storage_path`` is ``storage``.

        Raises:
            ConfigurationError: as for ``Spot``; or it is an option of version 1 that means
                nothing any more, and the message says what to write instead.
        """
        if gone := sorted(options.keys() & _GONE.keys()):
            msg = f"{gone[0]}= was an option of version 1 and is none now: {_GONE[gone[0]]}"
            raise ConfigurationError(msg)
        said = _renamed(options, "storage_path", "storage")
        super().__init__(name, **cast("SpotOptions", said))

    @overload
    def task(self, function: Callable[P, R], /, **options: Unpack[TaskOptions]) -> Marked[P, R]: ...

    @overload
    def task(
        self, function: None = None, /, **options: Unpack[TaskOptions]
    ) -> Callable[[Callable[P, R]], Marked[P, R]]: ...

    def task(
        self, function: Callable[..., Any] | None = None, /, **options: Unpack[TaskOptions]
    ) -> Marked[..., Any] | Callable[[Callable[..., Any]], Marked[..., Any]]:
        """Remember what a function returns, as ``mark`` does; bare, or with options.

        Args:
            function: as for ``mark``.
            options: as for ``mark``; ``input_key_fn`` is ``key``.

        Raises:
            ConfigurationError: as for ``mark``.
            TypeError: there is no such option.
        """
        said = _renamed(options, "input_key_fn", "key")
        return self.mark(function, **cast("MarkOptions", said))


def _renamed(options: Mapping[str, object], old: str, new: str) -> dict[str, object]:
    """Answer options with one of them by its new name.

    Raises:
        ConfigurationError: it is given by both names.
    """
    said = dict(options)
    older = said.pop(old, None)
    if older is None:
        return said
    if said.get(new) is not None:
        msg = f"{old}={older!r} and {new}={said[new]!r} say the same: leave {old}= out"
        raise ConfigurationError(msg)
    return {**said, new: older}
