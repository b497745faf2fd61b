"""Ctrl-C for a thread that waits."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from beautyspot.testing.crowds import until


@contextmanager
def interrupted_while(waits: Callable[[], object]) -> Iterator[None]:
    """Interrupt this thread as soon as it waits.

    Once more where that was in vain: CPython notices no signal that comes between its last look and
    the moment at which the system puts the thread to sleep.
    """
    thread, over = threading.get_ident(), threading.Event()

    def interrupt() -> None:
        until(lambda: waits() or over.is_set())
        while waits() and not over.is_set():
            signal.pthread_kill(thread, signal.SIGINT)
            over.wait(1)

    other = threading.Thread(target=interrupt)
    other.start()
    try:
        yield
    finally:
        over.set()
        other.join()
