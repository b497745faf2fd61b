"""The task database in one SQLite file: nothing to install, safe for threads, processes and fork.

Read in this order: ``taskdb`` (the adapter) and ``catalog`` (its queries on many records), ``rows``
and ``schema`` (what is stored), ``connections`` with ``lane`` (who uses which connection),
``adoption`` and ``opening`` (which file is ours, and how it is opened), ``faults`` and
``setaside`` (what happens when SQLite fails).
"""

from beautyspot.embedded.sqlite.taskdb import SQLiteTaskDB

__all__ = ["SQLiteTaskDB"]
