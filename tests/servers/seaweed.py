"""SeaweedFS: a real S3 server, which verifies signatures and checksums and keeps its data."""

import json
import shutil
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from processes import Process, free_ports, listens

__all__ = ["KEY", "NO_LIST", "SECRET", "seaweed"]

KEY, SECRET = "testkey", "never-to-be-seen-anywhere"
#: Key and secret of somebody who may read and write, and not list.
NO_LIST = ("nolist", "nolist-secret")
#: What would listen on a fixed port otherwise; each needs a port of its own for gRPC, too.
_PORTS = ["master", "volume", "filer", "s3"]


def seaweed(folder: Path) -> tuple[Process, int]:
    """Answer a server that is not started yet, with its data in a folder, and its S3 port."""
    weed = shutil.which("weed", path=str(Path(sys.executable).parent)) or "weed"
    may = ["Admin", "Read", "Write", "List", "Tagging"]
    rights = [_rights(KEY, SECRET, may), _rights(*NO_LIST, ["Read", "Write"])]
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": rights}))
    data = folder / "data"
    data.mkdir()
    ports = free_ports(2 * len(_PORTS))
    flags = [f"-{name}.port={port}" for name, port in zip(_PORTS, ports, strict=False)]
    flags += [
        f"-{name}.port.grpc={port}" for name, port in zip(_PORTS, ports[len(_PORTS) :], strict=True)
    ]
    s3 = ports[_PORTS.index("s3")]
    command = [
        *(weed, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={data}", *flags),
        # Every bucket takes several volumes: with few of them nothing can be written.
        *("-volume.max=200", "-master.volumeSizeLimitMB=64", "-filer", "-s3"),
        *(f"-s3.config={config}", "-s3.port.iceberg=0", "-s3.port.lance=0"),
        "-master.telemetry=false",
    ]
    return Process(command, folder / "weed.log", answers=lambda: _serves(s3)), s3


def _serves(port: int) -> bool:
    """Answer whether the server knows its users already, which it reads after it listens."""
    if not listens(port):
        return False
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )
    try:
        client.list_buckets()
    except (BotoCoreError, ClientError):
        return False
    finally:
        client.close()
    return True


def _rights(key: str, secret: str, may: list[str]) -> dict[str, object]:
    credentials = [{"accessKey": key, "secretKey": secret}]
    return {"name": key, "credentials": credentials, "actions": may}
