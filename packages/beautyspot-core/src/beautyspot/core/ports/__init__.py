"""The doors of the house: what an adapter has to be able to do.

Ports are structural: a class needs the methods, not the base class. Errors are nominal: an adapter
translates every error of its library into one of ``beautyspot.core.errors`` and keeps the cause.
"Nothing there" is an answer; "could not ask" is an error; neither is ever turned into the other.

All ports are synchronous, because the libraries behind them are; the async driver moves what may
block off the event loop. Every method may be called from several threads at once.

Required ports: ``TaskDB``, ``BlobStore``, ``Serializer``, ``Clock``, ``Limiter``. The other
protocols are abilities: an adapter may have them, and is asked by ``isinstance``.
"""

from typing import Protocol, runtime_checkable

from beautyspot.core.costs import Cost
from beautyspot.core.ports.blobs import (
    BlobCache,
    BlobCatalog,
    BlobStore,
    BlobStreams,
    BlobWriter,
    ScopedBlobs,
    StampedBlobs,
)
from beautyspot.core.ports.clocks import Clock, Event
from beautyspot.core.ports.limits import Limiter, NotYet, Slot, Slots, Ticket
from beautyspot.core.ports.records import Claims, Identified, Local, Quotas, TaskCatalog, TaskDB
from beautyspot.core.ports.values import (
    ClassSerializer,
    FileSerializer,
    FindClass,
    NamedCodec,
    PartsSerializer,
    Serializer,
    TypeRegistry,
)

__all__ = [
    "BlobCache",
    "BlobCatalog",
    "BlobStore",
    "BlobStreams",
    "BlobWriter",
    "Claims",
    "ClassSerializer",
    "Clock",
    "Closable",
    "Cost",
    "Event",
    "FileSerializer",
    "FindClass",
    "Identified",
    "Limiter",
    "Local",
    "NamedCodec",
    "NotYet",
    "PartsSerializer",
    "Quotas",
    "ScopedBlobs",
    "Serializer",
    "Slot",
    "Slots",
    "StampedBlobs",
    "TaskCatalog",
    "TaskDB",
    "Ticket",
    "TypeRegistry",
]


@runtime_checkable
class Closable(Protocol):
    """Ability of any adapter: it holds something that can be given back."""

    def close(self) -> None:
        """Give back connections, files and threads. The adapter opens them again when used."""
        ...
