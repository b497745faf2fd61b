"""gcp-storage-emulator: the API of Google Cloud Storage, in memory, written by others.

It compares checksums. It ignores preconditions, lists everything as one page, and answers a range
past the end with nothing.
"""

import sys
from pathlib import Path

from processes import Process, free_ports, listens

__all__ = ["GCSEmulator"]


class GCSEmulator(Process):
    """The server, on a port of its own; what it holds is gone with it."""

    def __init__(self, folder: Path) -> None:
        """Take where its log goes."""
        (port,) = free_ports(1)
        self.port = port
        command = [
            *(sys.executable, "-m", "gcp_storage_emulator", "start"),
            *("--host", "127.0.0.1", "--port", str(port), "-M", "-q"),
        ]
        super().__init__(command, folder / "gcs_emulator.log", answers=lambda: listens(port))

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}"
