"""Running processes of the built image as a container platform does."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

LEDGER = "/var/lib/janitor"


class Image(NamedTuple):
    """The file system of the image, and its configuration as the image format names it."""

    root: Path
    config: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """ENV of the Dockerfile and its base."""
        return dict(each.split("=", 1) for each in self.config["Env"])

    def volume(self, folder: Path) -> Path:
        """A new volume for the ledger, with the owner and mode of the folder in the image."""
        made = Path(shutil.copytree(self.root / LEDGER.lstrip("/"), folder))
        like = (self.root / LEDGER.lstrip("/")).stat()
        os.chown(made, like.st_uid, like.st_gid)
        made.chmod(like.st_mode & 0o7777)
        return made


class Container(NamedTuple):
    """One process of the image. It is process 1 of its own namespace; `pid` is how this machine sees it."""

    process: subprocess.Popen[str]
    pid: int

    def stop(self) -> None:
        """SIGTERM, as `docker stop` sends it."""
        os.kill(self.pid, signal.SIGTERM)

    def finish(self, within: float) -> tuple[int, str, str]:
        """Wait for its end: exit code, stdout, stderr. A process that takes longer fails the test."""
        out, err = self.process.communicate(timeout=within)
        return self.process.returncode, out, err


class User(NamedTuple):
    """Who a container runs as."""

    uid: int
    gid: int


@contextlib.contextmanager
def started(
    image: Image,
    command: list[str],
    *,
    user: User,
    volume: Path,
    environment: Mapping[str, str] | None = None,
    policies: Path | None = None,
) -> Iterator[Container]:
    """Start a command in the image; kill it at the end. The root is read-only, only /tmp and the ledger are not.

    HOME is not set, and no capability is left.
    """
    reading, writing = os.pipe()
    arguments = ["bwrap", "--unshare-pid", "--unshare-ipc", "--as-pid-1", "--die-with-parent"]
    arguments += ["--info-fd", str(writing)]
    arguments += ["--ro-bind", str(image.root), "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    arguments += [
        "--chmod",
        "1777",
        "/tmp",
        "--bind",
        str(volume),
        LEDGER,
        "--chdir",
        image.config["WorkingDir"],
    ]
    if policies is not None:
        arguments += ["--ro-bind", str(policies), "/tmp/policies.yaml"]
    arguments += [
        "--cap-drop",
        "ALL",
        "--cap-add",
        "CAP_SETUID",
        "--cap-add",
        "CAP_SETGID",
        "--cap-add",
        "CAP_SETPCAP",
    ]
    arguments += ["--clearenv"]
    for name, value in {**image.environment, **(environment or {})}.items():
        arguments += ["--setenv", name, value]
    become = ["setpriv", "--reuid", str(user.uid), "--regid", str(user.gid), "--clear-groups"]
    become += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
    process = subprocess.Popen(
        [*arguments, *become, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=[writing],
    )
    os.close(writing)
    with open(reading, encoding="utf-8") as told:
        said = told.read()
    if not said:
        raise RuntimeError(f"bubblewrap did not start: {process.communicate()[1]}")
    try:
        yield Container(process, json.loads(said)["child-pid"])
    finally:
        process.kill()
        process.wait()
