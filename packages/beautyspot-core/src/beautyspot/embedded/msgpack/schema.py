"""What happens when a class has changed since an instance of it was stored."""

from typing import Final

from beautyspot.core.errors import SchemaChanged

__all__ = ["ChangedError", "changed", "changes"]

_SHOWN: Final = 5  #: names of fields in a message
_NAME: Final = 200  #: characters of the name of a class


class ChangedError(Exception):
    """An instance cannot be made as it was stored: why, a clause; turned into SchemaChanged."""


def changed(name: str, change: object) -> SchemaChanged:
    """Answer the error for a class that has changed since an instance of it was stored."""
    return SchemaChanged(
        f"what is stored is an instance of {name[:_NAME]!r}, and {change}. Run the function again "
        "to store a new one, or read the stored fields with on_schema_change='raw'"
    )


def changes(stored: tuple[str, ...], current: tuple[str, ...]) -> str:
    """Say how the fields of a class differ from those that are stored."""
    gone = [name for name in stored if name not in current]
    new = [name for name in current if name not in stored]
    told = [f"{_some(gone)} is gone"] if gone else []
    told += [f"{_some(new)} is new"] if new else []
    return f"of its fields {' and '.join(told)}" if told else "its fields are in another order"


def _some(names: list[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
