"""`unused_for`, end to end: what ran until Friday is not unused on Friday evening (R49)."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.sweep.stepping import Days
from tests.sweep.sweeping import Swept, image, placed, uri, version, world
from tests.sweep.test_organization import project
from tests.sweep.test_organization import version as version_of
from tests.sweep.test_organization import world as organization

RULES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: u, kind: artifact.image, when: {repository: r, unused: true, unused_for: 7d, older_than: 30d}}
"""
IMAGES = (image("live-until-friday", "r41", age="60d ago"), image("older", "r40", age="90d ago"))
OTHER = "{other: {updated: 1d ago, image: 'docker.io/library/web:1'}}"
RUNNING = "{web: {updated: 40d ago, image: '%s'}}"


@pytest.fixture
def nightly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: Days) -> "Nights":
    return Nights(tmp_path, monkeypatch, days)


class Nights:
    """A sweep each night, over one ledger, in worlds that change."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, days: Days) -> None:
        self._folder, self._monkeypatch, self._days = folder, monkeypatch, days

    def sweep(
        self, services: str, *flags: str, nights: int = 1, trouble: str = "[]", hours: float = 24,
        images: tuple[str, ...] = IMAGES, rules: str = RULES, of: str = "",
    ) -> Swept:  # fmt: skip
        """The last of so many, in a world of its own if `of` is one; the clock goes on after each."""
        for _ in range(nights):
            there = of or world(*images, services=services, trouble=trouble)
            with placed(there, self._folder, self._monkeypatch) as here:
                found = here.sweep(*(flags or ("--apply",)), policies=rules)
            self._days.pass_by(hours=hours)
        return found


BY_TAG = RUNNING % uri(":r41")


def test_torn_down_on_friday(nightly: Nights) -> None:
    first = nightly.sweep(BY_TAG)
    assert (first.code, first.names) == (0, []), first.err
    assert nightly.sweep(BY_TAG, "--dry-run", nights=6).names == []
    assert nightly.sweep(BY_TAG).names == [version("older")]
    friday = nightly.sweep(OTHER)
    assert version("live-until-friday") not in friday.names
    assert version("live-until-friday") not in nightly.sweep(OTHER, nights=5).names
    assert version("live-until-friday") in nightly.sweep(OTHER, nights=3).names


def test_a_new_ledger_knows_of_no_use_and_deletes_nothing(nightly: Nights) -> None:
    assert nightly.sweep(OTHER).names == []


def test_a_pause_of_more_than_two_days_starts_again(nightly: Nights) -> None:
    nightly.sweep(OTHER, nights=6)
    nightly.sweep(OTHER, hours=49)
    assert nightly.sweep(OTHER, nights=7).names == []


def test_a_sweep_with_a_gap_does_not_count(nightly: Nights) -> None:
    trouble = "[{rpc: ListJobs, permission_denied: true}]"
    nightly.sweep(OTHER, nights=7)
    nightly.sweep(OTHER, nights=2, trouble=trouble)
    assert nightly.sweep(OTHER).names == []


@pytest.mark.parametrize("rpc", ["ListDockerImages", "ListAttachments"])
def test_a_sweep_that_could_not_read_a_repository_does_not_count(nightly: Nights, rpc: str) -> None:
    """It does not know to which image a tag led."""
    trouble = f"[{{rpc: {rpc}, permission_denied: true}}]"
    nightly.sweep(OTHER, nights=7)
    nightly.sweep(OTHER, nights=2, trouble=trouble)
    assert nightly.sweep(OTHER).names == []


def test_a_tag_that_moved_after_its_last_use_leaves_the_image_in_the_ledger(nightly: Nights) -> None:
    nightly.sweep(BY_TAG, nights=8)
    moved = (image("live-until-friday", age="60d ago"), image("new", "r41", age="60d ago"), IMAGES[1])
    assert version("live-until-friday") not in nightly.sweep(OTHER, nights=6, images=moved).names
    assert version("live-until-friday") in nightly.sweep(OTHER, nights=2, images=moved).names


def test_a_sweep_without_a_policy_of_images_does_not_count(nightly: Nights) -> None:
    """It does not read which image a tag leads to."""
    services = "policies:\n  - {name: f, kind: run.service, when: {status: failed, older_than: 1d}}\n"
    nightly.sweep(OTHER, nights=8, rules=RULES.partition("policies:")[0] + services)
    assert nightly.sweep(OTHER).names == []


def test_a_narrowed_dry_run_counts_for_it_reads_every_reference(nightly: Nights) -> None:
    nightly.sweep(OTHER, "--dry-run", "--project", "p", "--policy", "u", nights=8)
    assert len(nightly.sweep(OTHER).names) == 2


def test_without_a_ledger_it_never_matches(nightly: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    nightly.sweep(OTHER, nights=9)
    real = monkeypatch.setenv

    def without(name: str, value: str, prepend: str | None = None) -> None:
        real(name, "sqlite:////nowhere/ledger.db" if name == "JANITOR_DATABASE_URL" else value, prepend)

    monkeypatch.setattr(nightly._monkeypatch, "setenv", without)
    swept = nightly.sweep(OTHER, "--dry-run")
    assert (swept.names, swept.kept("artifact.image")) == ([], {"age-unknown": 2})


@pytest.mark.parametrize(("days_old", "known"), [(0.5, True), (400, False)])
def test_a_new_project_of_an_organization_used_nothing_before_it_was_created(
    nightly: Nights, days: Days, days_old: float, known: bool
) -> None:
    """An organization gets projects all the time. One that was moved here, or was hidden before, is another matter."""
    unused = {version_of("b"), version_of("c")}
    rules = RULES.replace("projects: [p]", 'organization: "123"').replace("30d", "20d")
    found = nightly.sweep("", "--dry-run", nights=8, of=organization(), rules=rules)
    assert set(found.names) == unused
    created = days.now() - timedelta(days=days_old)
    more = organization(fresh=project(more=f"created: '{created:%Y-%m-%dT%H:%M:%SZ}', "))
    found = nightly.sweep("", "--dry-run", of=more, rules=rules)
    assert (set(found.names) == unused) is known
    assert known or found.kept("artifact.image") == {"in-use": 1, "not-matched": 2}
    found = nightly.sweep("", "--dry-run", nights=3, of=more, rules=rules)
    assert bool(found.names) is known
