"""The options of a Spot, for signatures that pass them on."""

import os
from typing import TypedDict

from beautyspot import db
from beautyspot.core.ports import BlobStore, Serializer, TaskDB
from beautyspot.core.retention import Retention

__all__ = ["Database", "SpotOptions"]

#: Where records go: a path, a URL, an adapter, or a database as version 1 had them.
Database = str | os.PathLike[str] | TaskDB | db.TaskDB | None


class SpotOptions(TypedDict, total=False):
    """The options of ``Spot``."""

    db: Database
    storage: str | os.PathLike[str] | BlobStore | None
    serializer: str | Serializer | None
    retention: Retention
    save_blob: bool | None
    durable: bool
    strict: bool
