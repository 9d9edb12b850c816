"""Whole sweeps over loopback: the command line in this process, Google emulated, a ledger of its own."""

import io
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from janitor import runtime
from janitor.cli.app import run
from janitor.emulator import Emulator, digest
from tests.store.empty import write_empty_ledger

P = "p"
REGISTRY = "us-central1-docker.pkg.dev/p"
RUN = "projects/p/locations/us-central1"
REPOSITORY = f"{RUN}/repositories"
# Every call of Google's APIs that takes something away, or gives a tag back.
CHANGES = ("Delete", "BatchDelete", "Create", "Update", "Cancel")
# A workload that no policy speaks of and that uses no image of the project.
USER = "{user: {image: docker.io/library/user}}"
POLICIES = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
  - {name: retired, kind: run.revision, when: {status: retired, older_than: 7d}}
  - {name: stale, kind: artifact.image, when: {older_than: 7d}}
"""


@dataclass(frozen=True)
class Swept:
    """How one sweep ended. `out` and `err` are its streams."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON that it printed."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def said(self) -> str:
        """What it said on stderr, without the JSON around each message."""
        lines = (
            json.loads(line)["message"] if line.startswith("{") else line for line in self.err.splitlines()
        )
        return "".join(f"{line}\n" for line in lines)

    @property
    def actions(self) -> list[dict[str, Any]]:
        """Its actions."""
        found: list[dict[str, Any]] = self.document["actions"]
        return found

    @property
    def names(self) -> list[str]:
        """What goes, in the order of execution."""
        return [action["name"] for action in self.actions]

    @property
    def outcomes(self) -> dict[str, str]:
        """Last part of the name -> outcome."""
        return {action["name"].rpartition("/")[2]: action["outcome"] for action in self.actions}

    def kept(self, kind: str) -> dict[str, int]:
        """Reason -> how many of a kind stay for it."""
        return {row["reason"]: row["count"] for row in self.document["kept"] if row["kind"] == kind}


@dataclass(frozen=True)
class Place:
    """One emulated Google with its policy file and its ledger."""

    google: Emulator
    folder: Path

    def sweep(self, *flags: str, policies: str = POLICIES, fmt: str = "json") -> Swept:
        """`janitor sweep --format json` with these flags, here and now."""
        (self.folder / "policies.yaml").write_text(policies, encoding="utf-8")
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["sweep", "--quiet", "--format", fmt, *flags])
        return Swept(code, out.getvalue(), err.getvalue())

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The calls so far that change something."""
        return [call for call in self.google.calls if call[0].startswith(CHANGES)]

    def ledger(self, statement: str) -> list[tuple[object, ...]]:
        """What the ledger's database answers."""
        with closing(sqlite3.connect(self.folder / "ledger.db", timeout=10)) as ledger, ledger:
            return ledger.execute(statement).fetchall()

    def environment(self) -> Mapping[str, str]:
        """What tells a process of this place."""
        return {
            "JANITOR_EMULATOR_HOST": self.google.host,
            "JANITOR_EMULATOR_HTTP": self.google.http,
            "JANITOR_DATABASE_URL": f"sqlite:///{self.folder / 'ledger.db'}",
            "JANITOR_LOG_FORMAT": "json",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }


@contextmanager
def placed(world: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A world, served while the block runs, beside an empty ledger; this process is in its folder and environment."""
    with Emulator.from_text(world) as google:
        if "clock:" not in world:
            # Days sets janitor's clock: Google's goes with it
            google.world.clock = lambda: runtime.now()
        place = Place(google, folder)
        write_empty_ledger(folder / "ledger.db")
        for key, value in place.environment().items():
            monkeypatch.setenv(key, value)
        monkeypatch.chdir(folder)
        yield place


def image(label: str, *tags: str, age: str = "30d ago", package: str = "app", **more: str) -> str:
    """One line of a repository's images; `children="[a, b]"` and the like as the world file writes them."""
    facts = {"package": package, "digest": label, "size": "100MB", "uploaded": age} | more
    if tags:
        facts["tags"] = f"[{', '.join(tags)}]"
    return "{" + ", ".join(f"{key}: {value}" for key, value in facts.items()) + "}"


def world(
    *images: str,
    services: str = "{}",
    jobs: str = "{}",
    pools: str = "{}",
    instances: str = USER,
    trouble: str = "[]",
    repository: str = "",
    more: str = "",
) -> str:
    """Project p in us-central1 with one repository `r`; everything in YAML's flow style. Without `instances`
    nothing might run at all, and then no image is deleted (R42)."""
    listed = ", ".join(images)
    return f"""\
operations: {{delay: 1ms}}
projects:
  p:
    locations: [us-central1, europe-west1]
    artifact_locations: [us-central1]
    run:
      us-central1: {{services: {services}, jobs: {jobs}, worker_pools: {pools}}}
      europe-west1: {{instances: {instances}}}
    artifact_registry:
      us-central1:
        repositories: {{r: {{created: 90d ago, updated: 40d ago, size: 2GB{repository}, images: [{listed}]}}}}
{more}
trouble: {trouble}
"""


def version(label: str, package: str = "app") -> str:
    """Google's name of an image of repository r."""
    return f"{REPOSITORY}/r/packages/{package}/versions/{digest(label)}"


def uri(label_or_tag: str, package: str = "app") -> str:
    """How a workload of the world file names an image: ``@label``, or ``:tag``."""
    return f"{REGISTRY}/r/{package}{label_or_tag}"
