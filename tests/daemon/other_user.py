"""janitor as a process of another user than the one who runs the tests."""

import os
import site
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import janitor

UID = 1_000_650_000
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run janitor as another user")


@cache
def interpreter() -> tuple[str, str]:
    """A Python that the other user can run janitor with, and its PYTHONPATH."""
    path = os.pathsep.join([*site.getsitepackages(), str(Path(janitor.__file__).parent.parent)])
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            tried = subprocess.run(
                [python, "-c", "import janitor.cli.app, pydantic_core, sqlalchemy, grpc"],
                cwd="/", env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, check=False,
                user=UID, group=0, extra_groups=[],
            )  # fmt: skip
        except OSError:
            continue
        if tried.returncode == 0:
            return python, path
    pytest.skip(f"no Python on this machine can run janitor as uid {UID}")


def run(home: str | None, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    python, path = interpreter()
    variables = {"PATH": os.defpath, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(
        [python, "-m", "janitor", *arguments],
        cwd="/", env=variables if home is None else {**variables, "HOME": home}, capture_output=True, text=True,
        check=False, timeout=120, user=UID, group=0, extra_groups=[],
    )  # fmt: skip
