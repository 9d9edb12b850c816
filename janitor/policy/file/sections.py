"""The sections of the policy file beside its policies, as models: the grammar's other half."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from janitor.policy import model
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.conditions.values import Count, Duration, Globs, LabelKey, Labels, List, Text
from janitor.policy.file import spelling, timezones
from janitor.policy.file.field_types import (
    CronText,
    Locations,
    Model,
    Number,
    Project,
    ProjectGlob,
    ProjectOrNumber,
)
from janitor.policy.model import HoldersMode, Note, ReportOptions, Schedule


class ScopeSection(Model):
    """The section `scope`: where janitor may delete, and where else users are read (R1, R52)."""

    organization: Number | None = None
    folders: List[Number] = ()
    projects: List[ProjectGlob] = ()
    exclude: List[ProjectGlob] = ()
    locations: Locations = None
    also_read: List[Project] = ()
    unread: List[ProjectOrNumber] = ()
    workloads: Literal["none"] | None = None


class ProtectSection(Model):
    """Any one of these protects (R11); references are from outside Cloud Run (R3), holders too (R51)."""

    labels: Labels = {}  # noqa: RUF012 - pydantic copies it
    names: Globs = ()
    tags: Globs = ()
    references: List[Text] = ()
    holders: HoldersMode = model.Protect({}).holders


class TtlSection(Model):
    """Which labels say how long (ttl.py)."""

    label: LabelKey = TtlExpired().label
    expires_label: LabelKey = TtlExpired().expires_label


class LimitsSection(Model):
    """What is not said has the default of `Limits` (R20, R53)."""

    max_deletions: Annotated[int, Field(ge=0, le=1_000_000_000)] = model.Limits().max_deletions
    max_share: Annotated[Decimal, BeforeValidator(spelling.share)] = model.Limits().max_share
    max_monthly_value: Annotated[Decimal, BeforeValidator(spelling.money)] = model.Limits().max_monthly_value
    max_unpriced: Annotated[int, Field(ge=0, le=1_000_000_000)] = model.Limits().max_unpriced
    max_duration: Duration = model.Limits().max_duration


class SweepSchedule(Model):
    """When the daemon sweeps."""

    cron: CronText = Schedule().sweep
    jitter: Annotated[timedelta, BeforeValidator(spelling.jitter)] = Schedule().jitter


class ReportSchedule(Model):
    """When the daemon reports."""

    cron: CronText = Schedule().report


class ScheduleSection(Model):
    """What is not said has the default of `Schedule`."""

    timezone: Annotated[str, BeforeValidator(timezones.timezone)] = Schedule().timezone
    sweep: SweepSchedule = SweepSchedule()
    report: ReportSchedule = ReportSchedule()


class ReportSection(Model):
    """What is not said has the default of `ReportOptions`."""

    show_creator: bool = ReportOptions().show_creator
    note: Note = ReportOptions().note
    horizon: Duration = ReportOptions().horizon


class DefaultsKeep(Model):
    """What `keep` of several kinds may say alike."""

    latest: Count | None = None
    newer_than: Duration | None = None
    tagged: Globs | None = None
    rollback: Count | None = None
