"""A clock that a test sets forward: whole sweeps on days to come, over one world and one ledger."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime, timedelta

import pytest

from janitor import runtime
from janitor.cli.app import run
from tests.sweep.sweeping import RUN, Place

FAILED = "{web: {updated: 3d ago, state: failed, image: docker.io/library/web}}"
WEB = f"{RUN}/services/web"
SERVICES = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: failed, kind: run.service, grace: GRACE, when: {status: failed, older_than: 24h}}
"""
IMAGES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: stale, kind: artifact.image, grace: GRACE, when: {older_than: 7d}}
"""
WEEK = SERVICES.replace("GRACE", "7d")
IMAGES_WEEK = IMAGES.replace("GRACE", "7d")

# Who has taken the clock's `now` by name.
_BEARERS = (
    "janitor.runtime",
    "janitor.sweep.wiring",
    "janitor.sweep.projects",
    "janitor.sweep.record",
    "janitor.notify.posting",
)


class Days:
    """The real clock, and how far it was set forward."""

    def __init__(self) -> None:
        self._real, self._ahead = runtime.now, timedelta(0)

    def now(self) -> datetime:
        """This moment, as janitor sees it."""
        return self._real() + self._ahead

    def pass_by(self, **span: float) -> None:
        """Set it forward by a timedelta's keywords."""
        self._ahead += timedelta(**span)

    def pass_until(self, moment: datetime) -> None:
        """Set it forward so that it shows this moment now."""
        self._ahead = moment - self._real()

    @contextmanager
    def kept_by_janitor(self, monkeypatch: pytest.MonkeyPatch) -> Iterator["Days"]:
        """janitor's clock is this one while the block runs."""
        with monkeypatch.context() as patch:
            for module in _BEARERS:
                patch.setattr(f"{module}.now", self.now)
            yield self


def announced(here: Place, *, of: str, policies: str) -> datetime:
    """The date on which a dry run says that a thing of this name goes."""
    rows = here.sweep("--dry-run", policies=policies).document["grace"]
    due = next(row["due_at"] for row in rows if row["name"] == of)
    return datetime.fromisoformat(due)


def applied(here: Place, policies: str = WEEK, *flags: str) -> list[str]:
    """What an apply deleted, by Google's names."""
    swept = here.sweep("--apply", *flags, policies=policies)
    assert swept.code == 0, swept.err
    return [action["name"] for action in swept.actions if action["outcome"] == "deleted"]


def said(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command of janitor's."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(list(words))
    return code, out.getvalue(), err.getvalue()


def listed() -> dict[str, list[dict[str, str]]]:
    """What `janitor marks` lists."""
    found: dict[str, list[dict[str, str]]] = json.loads(said("marks", "--format", "json")[1])
    return found
