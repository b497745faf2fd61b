"""moto: a stub of S3 in memory, which is quick, and believes every signature and checksum."""

import shutil
import sys
from pathlib import Path

from processes import Process, free_ports, listens

__all__ = ["moto_s3"]


def moto_s3(folder: Path) -> tuple[Process, int]:
    """Answer a server that is not started yet, and its port."""
    program = shutil.which("moto_server", path=str(Path(sys.executable).parent)) or "moto_server"
    (port,) = free_ports(1)
    command = [program, "-H", "127.0.0.1", "-p", str(port)]
    return Process(command, folder / "moto.log", answers=lambda: listens(port)), port
