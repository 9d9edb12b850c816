"""Calling janitor as a shell does, in this process, with a sweep that is only written down."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from janitor.cli.app import run
from janitor.report.data.result import SweepResult
from janitor.settings import Settings, SweepRequest
from janitor.sweep.wiring import Show
from tests.report.samples import story

POLICIES = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: old, kind: artifact.image, when: {older_than: 30d}}
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
"""


@dataclass
class Called:
    """What one call came to."""

    code: int
    out: str
    err: str


@dataclass
class Sweeps:
    """Stands where the sweep stands: notes what is asked, and answers with `answer` or raises it."""

    answer: SweepResult | Exception = field(default_factory=story)
    asked: list[SweepRequest] = field(default_factory=list)

    def __call__(self, request: SweepRequest, settings: Settings, show: Show) -> SweepResult:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


Janitor = Callable[..., Called]


def caller(capfd: pytest.CaptureFixture[str]) -> Janitor:
    """``janitor("sweep", "--dry-run")``."""

    def janitor(*words: str) -> Called:
        capfd.readouterr()
        code = run(list(words))
        out, err = capfd.readouterr()
        return Called(code, out, err)

    return janitor
