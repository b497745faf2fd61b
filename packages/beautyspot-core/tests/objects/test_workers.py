"""Steps that may never end run in threads of their own, which are left behind."""

import _thread
import threading

import pytest

from beautyspot.core.errors import BlobUnavailable
from beautyspot.objects import Deadline
from beautyspot.objects.workers import in_time


def test_an_interrupt_ends_what_nobody_waits_for_any_more():
    """An upload of an hour does not go on behind the back of whoever pressed Ctrl-C.

    However it comes: here no signal wakes the main thread, as when it comes a moment too early.
    """
    deadline = Deadline(3600)
    ended = threading.Event()
    pause = threading.Event()

    def step():
        _thread.interrupt_main()
        while True:
            pause.wait(0.01)
            try:
                deadline.check()
            except BlobUnavailable:
                ended.set()
                raise

    with pytest.raises(KeyboardInterrupt):
        in_time(step, deadline)
    assert ended.wait(10)
