"""Every name that the sweep's table prints is accepted by `explain` as printed (R33)."""

import re

import pytest

from janitor.cli.app import run
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, uri, world

POLICIES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 1d}}
  - {name: retired, kind: run.revision, when: {status: retired}}
  - {name: runs, kind: run.execution, when: {older_than: 1d}}
  - {name: images, kind: artifact.image, when: {older_than: 7d}}
  - {name: versions, kind: artifact.version, when: {older_than: 7d}}
"""
SERVICES = f"""{{
  broken: {{updated: 9d ago, state: failed, image: nginx}},
  web: {{updated: 1d ago, image: "{uri("@live")}", revisions: [
    {{name: web-3, created: 1d ago, image: "{uri("@live")}"}},
    {{name: web-2, created: 8d ago, state: retired, retired: 2d ago, image: nginx}},
    {{name: web-1, created: 9d ago, state: retired, retired: 8d ago, image: nginx}}]}}}}"""
JOBS = """{nightly: {updated: 20d ago, image: nginx, executions: [
    {name: nightly-c, created: 2h ago, completed: 1h ago, state: succeeded},
    {name: nightly-b, created: 8d ago, completed: 8d ago, state: succeeded},
    {name: nightly-a, created: 9d ago, completed: 9d ago, state: succeeded}]}}"""
LIBS = (
    "{format: NPM, created: 90d ago, packages: {'@shop/ui': {created: 90d ago, versions: ["
    "{version: 1.0.0, created: 90d ago}, {version: 1.1.0-snapshot.1, created: 80d ago}]}}}"
)
ROW = re.compile(r"^  (?!resource |in |\$|…)(\S+)  +\S", re.MULTILINE)


@pytest.mark.parametrize(("flags", "count"), [((), 6), (("--all",), 9)])
def test_explain_accepts_every_name_of_the_table(
    flags: tuple[str, ...], count: int, place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    images = (image("live", "r3"), image("a", "r1", "r1-amd64"), image("b"))
    made = world(*images, services=SERVICES, jobs=JOBS).replace(
        "repositories: {r:", f"repositories: {{libs: {LIBS}, r:"
    )
    here = place(made)
    table = here.sweep("--dry-run", *flags, policies=POLICIES, fmt="table").out
    names = ROW.findall(table.partition("\nKept\n")[0])
    assert len(names) == count, table
    for name in names:
        assert run(["explain", name]) == 0, name
