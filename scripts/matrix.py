"""`make matrix`: set janitor up with old and new pips on every Python of this machine, and print the times.

Each cell runs scripts/setup, unchanged, in hash mode over the whole development lock, with an index on
loopback that offers a newer release of every package. A cell passes if exactly the locked versions are
installed, `pip check` finds them complete, and janitor starts. One more run, of the same script without
--no-deps, must fail: so the matrix would notice a set-up that depends on later releases.

Needs network for the wheels, once. A Python that the machine lacks is named and is no failure.
"""

import base64
import concurrent.futures
import functools
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
# The Pythons that each pip says it supports; "own" is the pip that the Python's venv module brings.
PIPS = {
    "22.3": ("3.11",),
    "23.0": ("3.11",),
    "23.2": ("3.11", "3.12"),
    "24.0": ("3.11", "3.12"),
    "newest": SUPPORTED,
    "own": SUPPORTED,
}
LOCK = "requirements-dev.lock"
DEBIAN = Path("/usr/bin/python3")
# Settings of a user that the set-up must not be led astray by. "no-compile = no" is how pip spells
# "compile nothing" in a file: the bytecode would take half of the time.
SETTINGS = """
[global]
index-url = {url}
user = true
require-hashes = true
no-binary = :all:
[install]
no-compile = no
"""
INSTALLED = """
import importlib.metadata as metadata, re
for each in metadata.distributions():
    print(re.sub(r"[-_.]+", "-", each.name).lower() + "==" + each.version)
"""


class Python(NamedTuple):
    """An interpreter of this machine."""

    version: str
    path: Path

    @property
    def minor(self) -> str:
        """3.N."""
        return ".".join(self.version.split(".")[:2])

    @property
    def label(self) -> str:
        """What the table calls it."""
        return f"{self.version}{' (/usr/bin)' if self.path == DEBIAN else ''}"


class Cell(NamedTuple):
    """The outcome of one set-up: what went wrong, or nothing."""

    seconds: float
    error: str


def main() -> int:
    """Print the table; 1 where a cell failed, or where the run that must fail did not."""
    pythons = find_pythons()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        wheels = download(pythons, work)
        with Index(index_of(wheels, work / "index")) as url, concurrent.futures.ThreadPoolExecutor(2) as pool:
            trial = Trial(work, wheels, url)
            wanted = [(pip, each) for each in pythons for pip, minors in PIPS.items() if each.minor in minors]
            waiting = {key: pool.submit(trial.cell, *key) for key in wanted}
            resolving = pool.submit(trial.resolving, pythons[0])
            cells = {}
            for (pip, python), future in waiting.items():
                cells[pip, python] = future.result()
                print(f"pip {pip} on Python {python.label}: {cells[pip, python].seconds:.0f} s", flush=True)
    show(pythons, cells)
    failed = [(key, cell) for key, cell in cells.items() if cell.error]
    for (pip, python), cell in failed:
        print(f"\npip {pip} on Python {python.label}:\n{cell.error}")
    noticed = "In --require-hashes mode" in resolving.result().error
    print(f"\npip 23.0 without --no-deps, which must fail: {'fails' if noticed else 'does not fail'}")
    if not noticed:
        print(resolving.result().error)
    print(f"{len(cells) - len(failed)} passed, {len(failed) + (not noticed)} failed")
    return 1 if failed or not noticed else 0


def find_pythons() -> list[Python]:
    """Debian's own, then the newest of each supported version on PATH or under pyenv. Names what is missing."""
    found: dict[str, Python] = {}
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for minor in SUPPORTED:
        places = [
            *sorted(pyenv.glob(f"{minor}.*/bin/python")),
            *map(Path, filter(None, [shutil.which(f"python{minor}")])),
        ]
        for each in filter(None, map(ask, places)):
            found.setdefault(minor, each)
        if minor not in found:
            print(f"Python {minor} is not on this machine: not tried")
    debian = ask(DEBIAN) if DEBIAN.exists() else None
    if debian is None or debian.minor not in SUPPORTED:
        print(f"{DEBIAN} is missing, or has no venv module, or is not supported: not tried")
        return list(found.values())
    return [debian, *(each for each in found.values() if each.path.resolve() != DEBIAN.resolve())]


def ask(path: Path) -> Python | None:
    """Its version; None if it does not run, or has no venv module."""
    code = "import ensurepip, platform; print(platform.python_version())"
    done = subprocess.run([path, "-I", "-c", code], capture_output=True, text=True, check=False)
    return Python(done.stdout.strip(), path) if done.returncode == 0 else None


def download(pythons: list[Python], work: Path) -> Path:
    """Every wheel of the lock for these Pythons, and the pips, into one folder."""
    wheels = work / "wheels"
    bootstrap = work / "bootstrap"
    bootstrap.mkdir()
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    for pip in PIPS:
        if pip != "own":
            wanted = "pip" if pip == "newest" else f"pip=={pip}"
            subprocess.run([*fetch, "--dest", str(work / "pips" / pip), wanted], check=True)
    newest = next((work / "pips" / "newest").glob("*.whl"))
    for python in {each.minor: each for each in pythons}.values():
        command = [
            str(python.path),
            str(newest / "pip"),
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
        ]
        command += ["--only-binary", ":all:", "--dest", str(wheels), "-r", LOCK]
        subprocess.run(command, check=True)
    return wheels


def index_of(wheels: Path, index: Path) -> Path:
    """A simple index of the wheels and, for each package, of a later release that nothing should install."""
    for wheel in wheels.glob("*.whl"):
        name, version = wheel.name.split("-")[:2]
        page = index / "simple" / re.sub(r"[-_.]+", "-", name).lower()
        page.mkdir(parents=True, exist_ok=True)
        os.link(wheel, page / wheel.name)
        later = page / f"{name}-9999.0-py3-none-any.whl"
        if not later.exists():
            write_wheel(later, name, extras_of(wheel, name, version))
    return index


def extras_of(wheel: Path, name: str, version: str) -> list[str]:
    """The lines of its metadata that offer extras."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"{name}-{version}.dist-info/METADATA").decode()
    return [line for line in text.splitlines() if line.startswith("Provides-Extra:")]


def write_wheel(file: Path, name: str, extras: list[str]) -> None:
    """An empty release 9999.0 of a package."""
    info = f"{name}-9999.0.dist-info"
    contents = {
        f"{info}/METADATA": "\n".join(
            ["Metadata-Version: 2.1", f"Name: {name}", "Version: 9999.0", *extras, ""]
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: matrix\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{digest(text)},{len(text)}\n" for path, text in contents.items())
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in {**contents, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)


def digest(text: str) -> str:
    """As RECORD spells it."""
    made = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    return f"sha256={made}"


class Index:
    """The index over HTTP on loopback, while the block runs. A folder's listing is its simple index page."""

    def __init__(self, index: Path) -> None:
        handler = functools.partial(Quiet, directory=str(index))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}/simple/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Logs no request."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Trial:
    """Set-ups from the index, each in a folder of its own."""

    def __init__(self, work: Path, wheels: Path, url: str) -> None:
        self._work, self._wheels, self._url = work, wheels, url

    def cell(self, pip: str, python: Python) -> Cell:
        """Set up with this pip, then compare what is installed with the lock."""
        folder = Path(tempfile.mkdtemp(dir=self._work))
        began = time.monotonic()
        error = self._set_up(folder, Path("scripts/setup"), pip, python)
        seconds = time.monotonic() - began
        error = error or self._differences(folder / "venv" / "bin", python)
        shutil.rmtree(folder)
        return Cell(seconds, error)

    def resolving(self, python: Python) -> Cell:
        """Set up with an old pip that resolves: this must fail."""
        folder = Path(tempfile.mkdtemp(dir=self._work))
        script = folder / "setup"
        script.write_text(Path("scripts/setup").read_text().replace(" --no-deps", ""))
        script.chmod(0o755)
        return Cell(0, self._set_up(folder, script, "23.0", python))

    def _set_up(self, folder: Path, script: Path, pip: str, python: Python) -> str:
        """What it said, if it failed."""
        bin_folder = folder / "bin"
        bin_folder.mkdir()
        self._as_python3(bin_folder / "python3.14", pip, python)
        settings = folder / "pip.conf"
        settings.write_text(SETTINGS.format(url=self._url))
        environment = {
            "HOME": str(folder),
            "PATH": str(bin_folder),
            "PIP_CONFIG_FILE": str(settings),
            "PIP_NO_CACHE_DIR": "1",
            "PIP_CONSTRAINT": "/nonexistent",
            "PIP_TARGET": str(folder / "elsewhere"),
            "PYTHONPATH": str(folder / "elsewhere"),
        }
        for step in ("runtime", "dev"):
            command = ["/bin/bash", str(script), str(folder / "venv"), step]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                return done.stderr
        return ""

    def _as_python3(self, command: Path, pip: str, python: Python) -> None:
        """The only Python that the set-up finds: its environments have this pip."""
        lines = ["#!/bin/sh", f'{python.path} "$@" || exit']
        if pip != "own":
            (wheel,) = (self._work / "pips" / pip).glob("*.whl")
            swap = (
                "import glob,shutil,sys,zipfile; site,=glob.glob(sys.argv[1]+'/lib/python3*/site-packages'); "
            )
            swap += "[shutil.rmtree(each) for each in glob.glob(site+'/pip*')]; "
            swap += "zipfile.ZipFile(sys.argv[2]).extractall(site)"
            lines.append(f'[ "$1 $2" != "-m venv" ] || {python.path} -c "{swap}" "$4" {wheel}')
        command.write_text("\n".join([*lines, ""]))
        command.chmod(0o755)

    def _differences(self, bin_folder: Path, python: Python) -> str:
        """Between the environment and what the lock holds for this Python."""
        listed = output(bin_folder / "python", "-I", "-c", INSTALLED)
        installed = {
            each for each in listed.split() if not each.startswith(("pip==", "setuptools==", "janitor-gcp=="))
        }
        locked = set(locked_for(python))
        if installed != locked:
            return (
                f"more than locked: {sorted(installed - locked)}; not installed: {sorted(locked - installed)}"
            )
        checked = output(bin_folder / "python", "-I", "-m", "pip", "check")
        started = output(bin_folder / "janitor", "schema")
        return "" if "No broken" in checked and "schema" in started else f"{checked}\n{started}"


def locked_for(python: Python) -> Iterator[str]:
    """name==version of each package that the lock holds for this Python, here."""
    versions = {"python_version": python.minor, "python_full_version": python.version}
    for line in re.findall(r"^([A-Za-z0-9._-]+==.*?) \\$", Path(LOCK).read_text(), re.MULTILINE):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(versions):
            yield f"{canonicalize_name(requirement.name)}{requirement.specifier}"


def output(*command: str | Path) -> str:
    """Both streams."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout


def show(pythons: list[Python], cells: dict[tuple[str, Python], Cell]) -> None:
    """Seconds for each pip and Python; a dash where the pip does not support the Python."""
    print(f"\n{'Python':<20}" + "".join(f"{f'pip {pip}':>12}" for pip in PIPS))
    for python in pythons:
        row = [cells.get((pip, python)) for pip in PIPS]
        texts = ["-" if each is None else "FAILED" if each.error else f"{each.seconds:.0f} s" for each in row]
        print(f"{python.label:<20}" + "".join(f"{text:>12}" for text in texts))


if __name__ == "__main__":
    sys.exit(main())
