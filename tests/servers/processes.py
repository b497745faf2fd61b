"""Starts a server for tests on a free port of this machine, and ends it by its id."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

__all__ = ["Process", "free_ports", "listens"]

_OPENS_WITHIN = 60.0  #: seconds


def free_ports(count: int) -> list[int]:
    """Answer ports on which nobody listens at this moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def listens(port: int) -> bool:
    """Answer whether somebody takes connections on a port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Process:
    """A server in a process of its own, with a log in a file. It is started again after an end."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        answers: Callable[[], bool],
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Take what to start; ``answers`` tells whether it can be used."""
        self._command = list(command)
        self._log = log
        self._answers = answers
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()  # nobody wants its data, and a polite end takes seconds

    @property
    def log(self) -> str:
        """What the server has said."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env,
                start_new_session=True,
            )
        end = time.monotonic() + _OPENS_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.end()
                raise RuntimeError(f"{self._command} does not answer:\n{self.log[-4000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._stop(signal.SIGKILL)

    def end(self) -> None:
        """End it, politely at first."""
        self._stop(signal.SIGTERM)

    def _stop(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for sign, patience in ((how, 5), (signal.SIGKILL, 10)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sign)  # the group that it was started as, and no other
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                break
