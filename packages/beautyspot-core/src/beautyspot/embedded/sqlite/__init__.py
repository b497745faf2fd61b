"""The task database in one SQLite file: nothing to install, safe for threads, processes and fork.

Read in this order: ``taskdb`` (the adapter) and ``catalog`` (its queries on many records);
``rows`` and ``schema`` (what is stored); ``adoption``, ``file`` and ``opening`` (which file is
ours, and how it is opened); ``connections`` with ``lane`` and ``forking`` (who uses which
connection); ``faults``, ``leaving`` and ``setaside`` (SQLite fails, the file goes, it is damaged).
"""

from beautyspot.embedded.sqlite.taskdb import SQLiteTaskDB

__all__ = ["SQLiteTaskDB"]
