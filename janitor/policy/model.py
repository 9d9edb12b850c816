"""The policy file as values: Policies, Policy, Retention, Scope, Protect, Limits, Schedule. Validated, nothing optional
left to guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from janitor.model.kinds import Kind
from janitor.policy.conditions.condition import All
from janitor.policy.conditions.patterns import labels_match

Note = Literal["always", "changes", "failures", "never"]
HoldersMode = Literal["auto", "required", "off"]


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields of standard cron, each as the sorted values it stands for; weekday 0 is Sunday.

    `either_day`: both day fields are restricted, and a day of either one counts, as cron does.
    `text` is the expression as written.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either_day: bool


def every_day(hour: int, weekdays: tuple[int, ...] = tuple(range(7)), text: str = "") -> Cron:
    """Once on each of these weekdays, at a full hour."""
    return Cron(text, (0,), (hour,), tuple(range(1, 32)), tuple(range(1, 13)), weekdays, False)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the daemon sweeps and reports, in `timezone` (an IANA name).

    A sweep begins up to `jitter` after its time. What the file does not say is every night at three
    and Monday at nine, in UTC.
    """

    timezone: str = "UTC"
    sweep: Cron = field(default=every_day(3, text="0 3 * * *"))
    jitter: timedelta = timedelta(0)
    report: Cron = field(default=every_day(9, (1,), "0 9 * * mon"))


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """`report:`. `note`: after which sweeps a short note is posted. A deletion counts as saving for
    `horizon` at most. `show_creator`: what has no owner label is its creator's, a person's address.
    """

    note: Note = "changes"
    horizon: timedelta = timedelta(days=365)
    show_creator: bool = False


OWN_LABEL = "janitor"


@dataclass(frozen=True, slots=True)
class PerTag:
    """`per: {tag: …}`: one group for each text that the expression's only group captures from a tag."""

    expression: str


@dataclass(frozen=True, slots=True)
class PerSemver:
    """`per: {semver: …}`: one group for each version cut off after ``major``, ``minor`` or ``patch``."""

    part: str


@dataclass(frozen=True, slots=True)
class Retention:
    """The `keep` of a policy: counted over everything that the selectors match (R9, R10).

    With `per`, `latest` counts within each of its groups (retention.py), `latest_groups` (`per.latest`)
    of them, None all. `rollback`: the newest revisions that were ready.
    """

    latest: int | None = None
    tagged: tuple[str, ...] = ()
    newer_than: timedelta | None = None
    per: PerTag | PerSemver | None = None
    latest_groups: int | None = None
    rollback: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. `when` may be empty (everything of the kind). `grace`: what it would delete is
    announced, and is deleted this long after that (policy/deciding/grace.py). Without `deletes` it only protects (R49):
    what its `keep` holds, or without a `keep` everything that it matches."""

    name: str
    kind: Kind
    when: All
    keep: Retention | None = None
    managed: bool = False
    grace: timedelta | None = None
    deletes: bool = True

    @property
    def keeps(self) -> bool:
        """Whether it holds resources against every policy of its kind."""
        return self.keep is not None or not self.deletes


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be deleted (projects x locations) and what is only read. Locations None is all.

    With an `organization` or `folders` (numbers) all active projects below are read, and `projects` and `exclude` are
    globs that choose those that may be deleted from. `unread` are projects below, by id or number, that are not read
    on purpose (R52). `no_workloads`: no workload uses the images, and this is so on purpose (R42).
    """

    projects: tuple[str, ...] = ()
    locations: tuple[str, ...] | None = None
    also_read: tuple[str, ...] = ()
    no_workloads: bool = False
    organization: str | None = None
    folders: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def roots(self) -> tuple[str, ...]:
        """Resource names of the organization or the folders of which all projects are read; empty without."""
        if self.organization:
            return (f"organizations/{self.organization}",)
        return tuple(f"folders/{number}" for number in self.folders)

    @property
    def named(self) -> tuple[str, ...]:
        """What the file names as its place: the organization, the folders, or the projects."""
        return self.roots or self.projects


@dataclass(frozen=True, slots=True)
class Protect:
    """Any one of these protects (R11), and `janitor: keep` always. Label values, names and tags are globs.

    `references` are image references read from the files that `protect.references` names;
    `reference_files` are those files as written, for the outputs to name. `holders`: whether what Cloud Asset
    Inventory lists protects too (R51; policy/deciding/holders.py).
    """

    labels: Mapping[str, str]
    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    reference_files: tuple[str, ...] = ()
    holders: HoldersMode = "auto"

    def covers(self, labels: Mapping[str, str]) -> bool:
        """Whether one of these labels protects."""
        return labels.get(OWN_LABEL) == "keep" or any(labels_match(self.labels, labels))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sweep may destroy (R20), and how long it may begin new deletions (R53). `max_share` is a fraction, 0.5
    for 50%."""

    max_deletions: int = 100
    max_share: Decimal = Decimal("0.5")
    max_monthly_value: Decimal = Decimal(500)
    max_unpriced: int = 20
    max_duration: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Policies:
    """A whole policy file. `digest` is ``sha256:…`` of its bytes and of the reference files'."""

    scope: Scope
    mode: str
    protect: Protect
    limits: Limits
    policies: tuple[Policy, ...]
    digest: str
    schedule: Schedule = field(default=Schedule())
    report: ReportOptions = field(default=ReportOptions())

    def of(self, kind: Kind) -> tuple[Policy, ...]:
        """Those of one kind, in file order."""
        return tuple(policy for policy in self.policies if policy.kind is kind)
