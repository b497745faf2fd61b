"""The real script, run as people run it: piped, or in a terminal."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

import pytest

#: Beside the interpreter, as pip puts it.
SCRIPT = Path(sys.executable).with_name("beautyspot")


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    out: str
    err: str
    code: int


class Command:
    """The ``beautyspot`` script with a site folder of its own for plugins."""

    def __init__(self, site):
        self.site = site

    def environment(self, **extra):
        """Ours, without what would change colours or widths."""
        own = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "COLUMNS", "TERM"}}
        return {**own, "PYTHONPATH": str(self.site), "TERM": "xterm-256color", **extra}

    def __call__(self, *args, **extra):
        """Run it with pipes."""
        done = subprocess.run(
            [str(SCRIPT), *args],
            env=self.environment(**extra),
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.stdout, done.stderr, done.returncode)

    def in_terminal(self, *args, columns, **extra):
        """Run it with stdout on a terminal of so many columns."""
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        with subprocess.Popen(
            [str(SCRIPT), *args],
            env=self.environment(**extra),
            stdin=subprocess.DEVNULL,
            stdout=its,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            os.close(its)
            shown = b"".join(iter(lambda: _read(ours), b""))
            os.close(ours)
            _, err = running.communicate()
        return Said(shown.decode().replace("\r\n", "\n"), err, running.returncode)


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux reports the other end's closing as an error
        return b""


@pytest.fixture
def beautyspot(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    return Command(site)


@pytest.fixture
def install(beautyspot):
    """Put a distribution with entry points and one module into the command's site folder."""

    def put(name, entry_points, module="", version="1.2"):
        info = beautyspot.site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
        )
        lines = []
        for group, named in entry_points.items():
            lines += [
                f"[beautyspot.{group}]",
                *(f"{key} = {value}" for key, value in named.items()),
            ]
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        (beautyspot.site / f"{name.replace('-', '_')}.py").write_text(module, encoding="utf-8")

    return put
