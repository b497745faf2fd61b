"""Every error that beautyspot raises of its own.

A branch for each owner: who has to act is visible in the class::

    BeautySpotError
    |-- ConfigurationError            the caller: an argument, option, path or URL is wrong
    |   |-- ValidationError           (also a ValueError) a value out of its range
    |   |   `-- LimitImpossible       a call costs more than its limit ever grants at once
    |   |-- UncacheableArgument       (also a TypeError) an argument has no stable content
    |   |-- PluginNotFound            nothing installed answers to that name
    |   `-- PluginBroken              the plugin is installed and fails to load
    |-- StoreError                    the backend: it was asked and failed
    |   |-- StoreUnavailable          it could not be asked, or did not answer in its time
    |   |   |-- StoreBusy             somebody else holds it; trying again may well work
    |   |   `-- BlobUnavailable       the blob store could not be asked; the blob may well exist
    |   |       `-- BlobRefused       it answered that we may not, or that its bucket is not there
    |   `-- BlobNotFound              the blob store was asked, and has nothing at that location
    |-- CacheMiss                     (also a LookupError) nothing is stored, and nothing may run
    |-- LimitError                    a limit does not let the call go in time
    |   |-- LimitTimeout              (also a TimeoutError) it would wait longer than it may
    |   `-- QuotaExceeded             the day's or month's quota is used up
    |-- DataError                     the stored data, or the value to store, is bad
    |   |-- CacheCorruptedError       bytes came back that are not the bytes that were stored
    |   `-- SerializationError        a value that cannot be stored exactly, or not be read back
    |       `-- SchemaChanged         its class has other fields now than when it was stored
    `-- CodeError                     the marked function's own code; warned about, never raised
        |-- CodeChanged               it is other code than that of the stored result
        `-- SourceNotFound            it has no source that could be compared

"Not found" and "could not be asked" are never the same class: what cannot be reached is not lost.
"""

from datetime import datetime
from typing import Final

__all__ = [
    "BeautySpotError",
    "BlobNotFound",
    "BlobRefused",
    "BlobUnavailable",
    "CacheCorruptedError",
    "CacheMiss",
    "CodeChanged",
    "CodeError",
    "ConfigurationError",
    "DataError",
    "LimitError",
    "LimitImpossible",
    "LimitTimeout",
    "PluginBroken",
    "PluginNotFound",
    "QuotaExceeded",
    "SchemaChanged",
    "SerializationError",
    "SourceNotFound",
    "StoreBusy",
    "StoreError",
    "StoreUnavailable",
    "UncacheableArgument",
    "ValidationError",
]


class BeautySpotError(Exception):
    """The root: ``except BeautySpotError`` catches all that beautyspot raises of its own."""


class ConfigurationError(BeautySpotError):
    """An argument, option, path or URL cannot be used; the message says what is expected."""


class ValidationError(ConfigurationError, ValueError):
    """A value of the right kind is out of its range, or is not spelt as expected."""


class LimitImpossible(ValidationError):
    """A call costs more than its limit ever grants at once; waiting would not help.

    Attributes:
        limit: the name of the limit.
        cost: of the call.
        largest: the largest cost that the limit grants.
    """

    def __init__(self, limit: str, cost: int, largest: int) -> None:
        """Name both numbers and the ways out."""
        self.limit, self.cost, self.largest = limit, cost, largest
        super().__init__(
            f"a cost of {cost} can never be granted: {limit!r} grants at most {largest} in one "
            "call. Split the call, estimate less, or raise the limit (its burst= or max_cost=)"
        )

    def __reduce__(self) -> tuple[type["LimitImpossible"], tuple[str, int, int]]:
        return type(self), (self.limit, self.cost, self.largest)


_ARGUMENT_ADVICE: Final = (
    "Pass what it was made from instead (an id, a path), leave the argument out with "
    "mark(ignore=('name',)), name the call with mark(key=...), or say what counts of it "
    "with spot.register_key(type, function) or a method __cache_key__"
)


class UncacheableArgument(ConfigurationError, TypeError):
    """An argument has no stable content to make a key from.

    Attributes:
        path: where the value stands, as one would write it: ``options["client"]``.
        kind: the type of the value, as ``module.qualname``.
        reason: why it has none, in a few words.
    """

    def __init__(self, path: str, kind: str, reason: str, advice: str = _ARGUMENT_ADVICE) -> None:
        """Name the argument, its type and the reason; the ways out are part of the message."""
        self.path = path
        self.kind = kind
        self.reason = reason
        super().__init__(f"{path} is a {kind}: {reason}. {advice}")


class PluginNotFound(ConfigurationError):
    """No installed distribution registers the wanted name; the message lists what is there."""


class PluginBroken(ConfigurationError):
    """A registered plugin cannot be loaded; the message names the distribution that brought it."""


class StoreError(BeautySpotError):
    """A backend was asked and failed. Adapters keep the library's own error as ``__cause__``."""


class StoreUnavailable(StoreError):
    """The store could not be asked, refused us, or did not answer in its time."""


class StoreBusy(StoreUnavailable):
    """Somebody else holds the store; the same request may well succeed a moment later."""


class BlobUnavailable(StoreUnavailable):
    """The blob store could not be asked or refused us; the blob may well exist."""


class BlobRefused(BlobUnavailable):
    """The blob store answered, and will answer the same again until somebody changes something.

    Credentials, permissions, the name of the bucket: trying again does not help.
    """


class BlobNotFound(StoreError):
    """The blob store was asked, and nothing is stored at that location."""


class CacheMiss(BeautySpotError, LookupError):
    """Nothing is stored for a call that may only be answered from the store."""


class LimitError(BeautySpotError):
    """A limit does not let a call go in time; nothing was charged, and nothing was sent."""


class LimitTimeout(LimitError, TimeoutError):
    """A call would have to wait for its limits longer than it may.

    Attributes:
        needed: seconds that it would have to wait, as far as is known.
        allowed: seconds that it may wait.
    """

    def __init__(self, needed: float, allowed: float) -> None:
        """Name both numbers and the ways out."""
        self.needed, self.allowed = needed, allowed
        super().__init__(
            f"the call would have to wait {needed:.3f} s for its limits, and may wait "
            f"{allowed:.3f} s: raise max_wait, or send fewer calls at a time"
        )

    def __reduce__(self) -> tuple[type["LimitTimeout"], tuple[float, float]]:
        return type(self), (self.needed, self.allowed)


class QuotaExceeded(LimitError):
    """The quota of a day or month is used up.

    Attributes:
        limit: the name of the quota.
        cost: of the call.
        left: what is left of the quota.
        reset_at: aware; when the quota begins anew.
    """

    def __init__(self, limit: str, cost: int, left: int, reset_at: datetime) -> None:
        """Name the numbers, and the moment from which on it works again."""
        self.limit, self.cost, self.left, self.reset_at = limit, cost, left, reset_at
        super().__init__(
            f"a cost of {cost} exceeds what is left of {limit!r}, {left}: "
            f"it begins anew at {reset_at.isoformat()}. Go on then, or raise the quota"
        )

    def __reduce__(self) -> tuple[type["QuotaExceeded"], tuple[str, int, int, datetime]]:
        return type(self), (self.limit, self.cost, self.left, self.reset_at)


class DataError(BeautySpotError):
    """The stored data, or the value that should be stored, cannot be used."""


class CacheCorruptedError(DataError):
    """Bytes came back that are not the bytes that were stored."""


class SerializationError(DataError):
    """A value cannot be stored exactly, or stored bytes cannot be turned into a value."""


class SchemaChanged(SerializationError):
    """A stored instance cannot be rebuilt: its class has other fields now, or cannot be found."""


class CodeError(BeautySpotError):
    """Something about the code of a marked function; part of a warning, never raised."""


class CodeChanged(CodeError):
    """The function, or a helper that it uses, is other code than that of the stored result."""


class SourceNotFound(CodeError):
    """There is no source of the function to compare with that of the stored results."""
