"""What the tests of this folder share: wheels and environments are made once, in one worker."""

import os
import shutil

import pytest

from .environments import PACKAGES, ROOT, Environments


@pytest.fixture(scope="session")
def environments(tmp_path_factory):
    """Wheels and empty environments, made with the uv that runs this suite."""
    uv = os.environ.get("UV") or shutil.which("uv") or shutil.which(ROOT / ".uv/bin/uv")
    assert uv, "no uv: run `make test`, or install uv"
    return Environments(uv, tmp_path_factory.mktemp("packaging"))


@pytest.fixture(params=PACKAGES, ids=str)
def package(request):
    return request.param
