"""Saving in the background: one thread for each database, as long as there is something to save."""

import os
import threading
from collections.abc import Hashable
from typing import Final
from weakref import WeakValueDictionary, finalize

from beautyspot.core.ports import TaskDB
from beautyspot.drivers.backlog import GROUP, Backlog
from beautyspot.drivers.endings import is_told_of_the_end, tell_of_endings
from beautyspot.drivers.pending import Pending

__all__ = ["Background", "Worker", "discard"]

#: Seconds without work after which the thread ends. Starting one takes a tenth of a millisecond.
_IDLE: Final = 2.0
#: Seconds that the thread waits for more before it writes. Callers and the thread take turns at
#: the interpreter, and one turn for many results costs the callers less than one for each.
_GATHER: Final = 0.01
#: Seconds that ``rest`` waits for the end of the thread, which has nothing left to do.
_MOMENT: Final = 1.0


class Worker:
    """The thread that writes a backlog. It knows no Spot and no database, and keeps none alive."""

    def __init__(self, backlog: Backlog) -> None:
        """Start nothing yet."""
        self.backlog: Final = backlog
        self._thread: threading.Thread | None = None
        self._ending = False
        tell_of_endings(self)

    def submit(self, item: Pending, *, wait: bool) -> bool:
        """Have a result saved; answer False when that would take a while and ``wait`` is False."""
        if not is_told_of_the_end():
            if wait:
                self.backlog.add(item, wait=True)
                self.backlog.drain()
            return wait
        if not self.backlog.add(item, wait=wait):
            return False
        # Without the lock: a thread that is about to end looks once more what there is.
        if self._thread is None and not self._start():
            self.backlog.drain()
        return True

    def end_when_done(self) -> None:
        """Let the thread end as soon as nothing waits."""
        with self.backlog.lock:
            self._ending = True
            self.backlog.work.notify()

    def rest(self) -> None:
        """Write what waits, and end the thread until it is needed again."""
        self.backlog.drain()
        thread = self._thread
        self.end_when_done()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_MOMENT)

    def leave(self) -> None:
        """Write what waits: the program ends."""
        self.rest()

    def start_over_in_child(self) -> None:
        """Forget the thread and the results of the parent."""
        self.backlog.start_over()
        self._thread = None
        self._ending = False

    def _start(self) -> bool:
        """Start the thread; answer False when no thread can be started."""
        with self.backlog.lock:
            if self._thread is not None:
                return True
            thread = threading.Thread(target=self._run, name="beautyspot-saving", daemon=True)
            self._thread, self._ending = thread, False
            try:
                thread.start()
            except BaseException as error:
                if not thread.is_alive():  # an interrupt may come when it lives already
                    self._thread = None
                if isinstance(error, Exception):
                    return False
                raise
            return True

    def _run(self) -> None:
        try:
            while self._has_work():
                self.backlog.help()
        finally:
            with self.backlog.lock:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _has_work(self) -> bool:
        """Wait for work; answer False when the thread is to end, which is decided herewith."""
        backlog = self.backlog
        with backlog.lock:
            while not backlog:
                if self._ending or not (backlog.work.wait(_IDLE) or backlog):
                    self._thread = None
                    return False
            if len(backlog) < GROUP and not self._ending:
                backlog.work.wait(_GATHER)
        return True


class Background:
    """Saves results of one database after their callers have got them.

    All who use the same file, or the same object, share one backlog, so that each finds at once
    what the others save.
    """

    def __init__(self, db: TaskDB) -> None:
        """Start nothing yet."""
        self._db: Final = db  # as long as this lives, nothing else has its id
        self._worker: Final = _WORKERS.of(db)
        #: What waits, by cache key. To be looked at before the database, never changed.
        self.shown: Final[dict[str, Pending]] = self._worker.backlog.shown
        finalize(self, self._worker.end_when_done).atexit = False

    def save(self, item: Pending, *, wait: bool = True) -> bool:
        """Have a result of this database saved; look-ups find it from now on.

        Args:
            item: what to save.
            wait: True waits while too much waits already. False answers False then, and has not
                taken the result.
        """
        return self._worker.submit(item, wait=wait)

    def flush(self) -> bool:
        """Return when everything is written, or given up and told of, that waits now.

        Answers False when that cannot be waited for: it is asked by the store itself while it
        saves, or by a signal handler that came between.
        """
        return self._worker.backlog.drain()

    def rest(self) -> None:
        """Flush, and end the thread until it is needed again."""
        self._worker.rest()


def discard(db: TaskDB, cache_key: str) -> bool:
    """Forget what waits to be saved for a call; answer whether there was anything."""
    worker = _WORKERS.find(db)
    return worker is not None and worker.backlog.discard(cache_key)


class _Workers:
    """The workers that live, by the file of their database, or by the object that has none."""

    def __init__(self) -> None:
        self._by_store: WeakValueDictionary[Hashable, Worker] = WeakValueDictionary()
        self._lock = threading.RLock()

    def find(self, db: TaskDB) -> Worker | None:
        return self._by_store.get(_store_of(db))

    def of(self, db: TaskDB) -> Worker:
        """Answer the worker of a database; a new one, or one that still writes."""
        tell_of_endings(self)
        store = _store_of(db)
        with self._lock:
            worker = self._by_store.get(store)
            if worker is None:
                self._by_store[store] = worker = Worker(Backlog())
            else:
                # It may have been that of a database which is gone, whose id has come again.
                worker.backlog.prepare_again()
            return worker

    def leave(self) -> None:
        """Do nothing: each worker is told itself."""

    def start_over_in_child(self) -> None:
        self._lock = threading.RLock()


def _store_of(db: TaskDB) -> Hashable:
    """Answer what tells databases apart: two objects that write one file alike are the same one."""
    path = getattr(db, "path", None)
    if not isinstance(path, str):
        return id(db)
    return type(db), os.path.realpath(path), getattr(db, "durable", None)


_WORKERS: Final = _Workers()
