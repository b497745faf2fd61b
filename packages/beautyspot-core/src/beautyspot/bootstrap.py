"""The composition root: the one module that names concrete classes.

Everything else receives what it works with. A test that wants another part replaces it here::

    with Container.clock.override(providers.Object(ManualClock())):
        spot = Spot("test")
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from dependency_injector import containers, providers

from beautyspot import adapters
from beautyspot import db as version_one
from beautyspot.content import Describer, KeyFunctions
from beautyspot.core.costs import Tariff
from beautyspot.core.encoding import canonical_text
from beautyspot.core.errors import ConfigurationError, StoreError, UncacheableArgument
from beautyspot.core.limits import Limits
from beautyspot.core.ports import (
    BlobCache,
    BlobStore,
    Clock,
    Identified,
    Limiter,
    ScopedBlobs,
    Serializer,
    Slots,
    TaskDB,
)
from beautyspot.core.trouble import Trouble, TroubleKind
from beautyspot.drivers.awaiting import Awaiting
from beautyspot.drivers.background import Background
from beautyspot.drivers.blocking import Blocking
from beautyspot.drivers.bypassing import Bypassing
from beautyspot.drivers.flights import Flights
from beautyspot.drivers.reporting import Origin, Reporter
from beautyspot.drivers.results import ResultStore
from beautyspot.drivers.stream_store import StreamStore
from beautyspot.drivers.streaming import Streaming
from beautyspot.drivers.streaming_async import StreamingAsync
from beautyspot.embedded import pacing
from beautyspot.embedded.clock import SystemClock
from beautyspot.embedded.copies import FileBlobCache, chained
from beautyspot.embedded.files import FileBlobStore
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.embedded.textdb import TextTaskDB
from beautyspot.settings import Database, Place, Storage, scheme_of

__all__ = ["Container", "Gate", "Settings", "composed", "serializer_for"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user asked for, before anything is made of it."""

    name: str
    folder: Path  #: absolute; relative paths start here, whatever the working directory becomes
    db: Database = None
    storage: Storage = None
    serializer: str | Serializer | None = None
    durable: bool = False
    limits: Limits = field(default_factory=Limits)
    limiter: str | Limiter | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """What limits the calls of a Spot."""

    limiter: Limiter | None = None  #: what they cost
    slots: Slots | None = None  #: how many run at the same time
    tariff: Tariff | None = None  #: of our own limiter: in which units it counts


def _task_db(settings: Settings) -> TaskDB:
    def at(path: Path) -> TaskDB:
        return SQLiteTaskDB(path, durable=settings.durable)

    wanted = f"{settings.name}.db" if settings.db is None else settings.db
    if wanted == ":memory:":
        return SQLiteTaskDB(":memory:")  # which says why not
    if isinstance(wanted, version_one.TaskDB):
        wanted = TextTaskDB(wanted)
    return _adapter(settings, "db", wanted, at)


def _blob_store(settings: Settings, db: TaskDB) -> BlobStore:
    wanted = _beside(settings, db) if settings.storage is None else settings.storage
    if not isinstance(wanted, list | tuple):
        return _truth(settings, db, cast("Place", wanted))
    places = [*wanted]
    if len(places) < 2:
        msg = (
            f"storage= is a list of {len(places)}: expected one place, without a list, or folders "
            "for copies and after them the store, such as ['file:./cache', 's3://bucket/prefix']"
        )
        raise ConfigurationError(msg)
    caches = [_cache(settings, place) for place in places[:-1]]
    if isinstance(places[-1], BlobCache):
        msg = f"the last place of storage= keeps the results, and {places[-1]!r} only copies"
        raise ConfigurationError(f"{msg}: put the store after it")
    store = _truth(settings, db, places[-1])
    roots = [root for root in (getattr(part, "root", None) for part in (*caches, store)) if root]
    if twice := sorted({str(root) for root in roots if roots.count(root) > 1}):
        msg = f"storage= names the folder {twice[0]!r} twice: copies need one of their own"
        raise ConfigurationError(msg)
    for cache in reversed(caches):
        store = chained(cache, store)
    return store


def _truth(settings: Settings, db: TaskDB, place: Place) -> BlobStore:
    def at(path: Path) -> BlobStore:
        # A record that outlives a power cut is worth little without its blob.
        return FileBlobStore(path, durable=settings.durable or _is_durable(db))

    store: BlobStore = _adapter(settings, "storage", place, at)
    return store.within(_scope(settings, db)) if isinstance(store, ScopedBlobs) else store


def _cache(settings: Settings, place: Place | BlobCache) -> BlobCache:
    """Answer what a place of ``storage=[...]`` before the last one means: a folder for copies."""
    if isinstance(place, BlobCache):
        return place
    scheme = scheme_of(place) if isinstance(place, str) else None
    if scheme == "file":
        return FileBlobCache.from_url(cast("str", place))
    if scheme is None and isinstance(place, str | os.PathLike):
        return FileBlobCache(settings.folder / Path(place).expanduser())
    shown = f"a URL with {scheme}:" if scheme else repr(place)  # a URL may hold a password
    msg = (
        f"{shown} cannot keep copies: expected a folder (a path, 'file:./cache?max_size=2GB' or a "
        "BlobCache) in each place of storage=[...] but the last, which alone is the store"
    )
    raise ConfigurationError(msg)


def _scope(settings: Settings, db: TaskDB) -> Callable[[], str]:
    """Answer what answers the id of a database; asking it may open the database."""
    if isinstance(db, Identified):
        return db.database_id
    named = sha256(settings.name.encode(errors="surrogatepass")).hexdigest()[:32]
    return lambda: named


def _is_durable(db: TaskDB) -> bool:
    return getattr(db, "durable", False) is True


def _beside(settings: Settings, db: TaskDB) -> Path:
    """Answer the folder for blobs that belongs to a database, and to no other beside it."""
    file = getattr(db, "path", None)
    home = Path(file) if isinstance(file, str | Path) else Path(f"{settings.name}.db")
    return home.with_name(f"{home.name.removesuffix('.db')}.blobs")


def serializer_for(wanted: str | Serializer | None) -> Serializer:
    """Answer the serializer that an option means: an instance, a plugin's name, or None: ours.

    Raises:
        ConfigurationError: it is none of these.
    """
    if wanted is None:
        return MsgpackSerializer(_content_text)
    if isinstance(wanted, str):
        scheme = wanted.partition(":")[0]
        return cast("Serializer", adapters.made("serializers", scheme, wanted, {}))
    return adapters.checked("serializers", "serializer", wanted)


def _gate(settings: Settings, clock: Clock, db: Callable[[], TaskDB], reporter: Reporter) -> Gate:
    limits, wanted = settings.limits, settings.limiter
    slots = None if limits.concurrency is None else pacing.Slots(limits.concurrency, clock)
    if wanted is None:
        report = partial(_uncounted, reporter, settings.name)
        counts = db() if limits.quotas else None
        limiter = pacing.limiter_of(limits, clock, counts, name=settings.name, report=report)
        tariff = None if limiter is None else Tariff(limits.meters, limits.units)
        return Gate(limiter, slots, tariff)
    if limits.units:
        names = [meter.name for meter in limits.meters] + [quota.name for quota in limits.quotas]
        msg = (
            f"limiter= and {', '.join(names)} exclude each other: a limiter has limits of its own. "
            "Leave one of them out"
        )
        raise ConfigurationError(msg)
    if isinstance(wanted, str):
        scheme = wanted.partition(":")[0]
        return Gate(cast("Limiter", adapters.made("limiters", scheme, wanted, {})), slots)
    limiter = adapters.checked("limiters", "limiter", wanted)
    return Gate(limiter, slots, limiter.tariff if isinstance(limiter, pacing.Pacer) else None)


def _uncounted(reporter: Reporter, name: str, error: StoreError) -> None:
    """Tell that a quota could not be counted."""
    trouble = Trouble(TroubleKind.LIMIT, f"Spot({name!r})", error)
    reporter.report(trouble, Origin("<beautyspot>", 1, "beautyspot"))


def _content_text(value: object) -> str | None:
    """Answer the text that only equal values share; None: the value has no content."""
    try:
        return canonical_text({"value": value}, Describer().describe)
    except UncacheableArgument:
        return None


def _adapter(
    settings: Settings,
    option: str,
    wanted: str | os.PathLike[str] | T,
    at: Callable[[Path], T],
) -> T:
    """Answer what ``db=`` or ``storage=`` means: a URL, a path, or an instance."""
    group = {"db": "task_dbs", "storage": "blob_stores"}[option]
    if isinstance(wanted, str) and (scheme := scheme_of(wanted)):
        options: dict[str, object] = {"durable": True} if settings.durable else {}
        return cast("T", adapters.made(group, scheme, wanted, options))
    if isinstance(wanted, str | os.PathLike):
        path = cast("str | os.PathLike[str]", wanted)
        return at(settings.folder / Path(path).expanduser())
    if settings.durable:
        msg = (
            f"durable=True cannot change {option}={wanted!r}, which is made already: "
            f"say it where the adapter is made, for example SQLiteTaskDB(path, durable=True)"
        )
        raise ConfigurationError(msg)
    return adapters.checked(group, option, wanted)


class Container(containers.DeclarativeContainer):
    """The parts of one ``Spot``, and how they are made of each other."""

    settings = providers.Dependency(instance_of=Settings)
    clock: providers.Provider[Clock] = providers.Singleton(SystemClock)
    reporter = providers.Singleton(Reporter)
    task_db = providers.Singleton(_task_db, settings)
    blob_store = providers.Singleton(_blob_store, settings, task_db)
    background = providers.Singleton(Background, task_db)
    serializer = providers.Singleton(serializer_for, settings.provided.serializer)
    gate = providers.Singleton(_gate, settings, clock, task_db.provider, reporter)
    flights = providers.Singleton(Flights, clock.provided.event)
    key_functions = providers.Singleton(KeyFunctions)
    describer = providers.Factory(Describer, key_functions)
    results = providers.Factory(
        ResultStore,
        db=task_db,
        blobs=blob_store,
        serializer=serializer,
        clock=clock,
        reporter=reporter,
        flights=flights,
        background=background,
    )
    stream_results = providers.Factory(
        StreamStore,
        db=task_db,
        blobs=blob_store,
        serializer=serializer,
        clock=clock,
        reporter=reporter,
        flights=flights,
        background=background,
    )
    blocking = providers.Factory(Blocking)
    awaiting = providers.Factory(Awaiting)
    streaming = providers.Factory(Streaming)
    streaming_async = providers.Factory(StreamingAsync)
    bypassing = providers.Factory(Bypassing)


def composed(settings: Settings) -> Container:
    """Answer the parts of a Spot, which are gone with it at once: without a cycle among them."""
    container = Container(settings=settings)
    # Both lead back to the container, and nobody goes that way.
    untyped: Any = container
    untyped.__self__.set_container(None)
    untyped.settings.assign_parent(None)
    return container
