"""Logs: events with facts, out of one catalogue, to stderr. docs/operations.md explains each."""

import logging
import os
import sys
from collections.abc import MutableMapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import structlog

from janitor.error_facts import literal, named
from janitor.model.text import safe_text
from janitor.model.units import rfc3339


class Event(StrEnum):
    """Every event there is; the value is the log line's `message`."""

    SWEEP_STARTED = "sweep.started"
    LOCATION_SKIPPED = "location.skipped"
    ITEM_REPEATED = "item.repeated"
    GAP_FOUND = "gap.found"
    HOLDERS_READ = "holders.read"
    EXPRESSION_FAILED = "expression.failed"
    LABEL_UNREADABLE = "label.unreadable"
    PRICES_FELL_BACK = "prices.fell_back"
    POLICY_UNMATCHED = "policy.unmatched"
    CLOCK_DOUBTED = "clock.doubted"
    PLAN_REFUSED = "plan.refused"
    LOCK_WAITED = "lock.waited"
    LOCK_LOST = "lock.lost"
    INTENT_SETTLED = "intent.settled"
    INTENT_LEFT_OPEN = "intent.left_open"
    ACTION_INTENDED = "action.intended"
    ACTION_DELETED = "action.deleted"
    ACTION_ALREADY_GONE = "action.already_gone"
    ACTION_DRIFTED = "action.drifted"
    ACTION_SKIPPED = "action.skipped"
    ACTION_FAILED = "action.failed"
    DELETION_SCHEDULED = "deletion.scheduled"
    MARKS_NOTED = "marks.noted"
    SWEEP_UNRECORDED = "sweep.unrecorded"
    SWEEP_INTERRUPTED = "sweep.interrupted"
    SWEEP_FINISHED = "sweep.finished"
    SWEEP_FAILED = "sweep.failed"
    DAEMON_STARTED = "daemon.started"
    DAEMON_STOPPED = "daemon.stopped"
    RUN_SKIPPED = "run.skipped"
    RUN_CAUGHT_UP = "run.caught_up"
    RUN_BACKED_OFF = "run.backed_off"
    RUN_FAILED = "run.failed"
    POLICIES_RELOADED = "policies.reloaded"
    POLICIES_REFUSED = "policies.refused"
    REPORT_MADE = "report.made"
    REPORT_POSTED = "report.posted"
    REPORT_UNPOSTED = "report.unposted"
    NOTE_POSTED = "note.posted"
    NOTE_UNPOSTED = "note.unposted"
    PAGE_FAILED = "page.failed"
    LIBRARY_LOGGED = "library.logged"


_WARNINGS = {
    Event.GAP_FOUND,
    Event.EXPRESSION_FAILED,
    Event.LABEL_UNREADABLE,
    Event.PRICES_FELL_BACK,
    Event.PLAN_REFUSED,
    Event.INTENT_LEFT_OPEN,
    Event.ACTION_DRIFTED,
    Event.ACTION_SKIPPED,
    Event.DELETION_SCHEDULED,  # where it is the announcement: also a terminal shows it
    Event.SWEEP_UNRECORDED,
    Event.SWEEP_INTERRUPTED,
    Event.RUN_SKIPPED,
    Event.RUN_BACKED_OFF,
    Event.REPORT_UNPOSTED,
    Event.NOTE_UNPOSTED,
    Event.PAGE_FAILED,
}
_ERRORS = {
    Event.CLOCK_DOUBTED,
    Event.ACTION_FAILED,
    Event.LOCK_LOST,
    Event.SWEEP_FAILED,
    Event.RUN_FAILED,
    Event.POLICIES_REFUSED,
}
_DEBUG = {Event.ACTION_INTENDED}
# What the sweep's table says itself.
_IN_THE_TABLE = frozenset({
    Event.GAP_FOUND, Event.EXPRESSION_FAILED, Event.LABEL_UNREADABLE, Event.PRICES_FELL_BACK, Event.PLAN_REFUSED,
    Event.CLOCK_DOUBTED,
})  # fmt: skip
_LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)


def level_of(event: Event) -> int:
    """The severity of an event, as a `logging` level."""
    if event in _ERRORS:
        return logging.ERROR
    if event in _WARNINGS:
        return logging.WARNING
    return logging.DEBUG if event in _DEBUG else logging.INFO


def emit(event: Event, **facts: object) -> None:
    """Write one event. Facts are plain values; money is a Decimal, times are aware datetimes."""
    if not structlog.is_configured():
        configure_logs()
    structlog.get_logger().log(level_of(event), event.value, **facts)


def configure_logs(level: str | None = None, log_format: str | None = None, table: bool = False) -> None:
    """Say where log lines go: pretty on a terminal, Cloud Logging's JSON elsewhere, or as told.

    Without a level: warnings and worse on a terminal, where progress and the report say the rest. `table`: the
    same terminal shows the sweep's table, and what that says is not logged there, too.
    """
    watched = sys.stderr.isatty()
    pretty = (log_format or ("console" if watched else "json")) == "console"
    threshold = logging.getLevelNamesMapping()[level or ("WARNING" if watched else "INFO")]
    ending: list[structlog.types.Processor] = [_for_cloud_logging, _as_json()]
    if pretty:
        ending = [
            _safe_facts,
            _shown_time,
            structlog.dev.ConsoleRenderer(colors=watched and not os.environ.get("NO_COLOR")),
        ]
    structlog.configure(
        processors=[
            *((_unless_in_the_table,) if table and pretty and watched and not level else ()),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _plain_facts,
            *ending,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_FromLibraries()], level=max(threshold, logging.WARNING), force=True)


class _FromLibraries(logging.Handler):
    """What libraries log through `logging` comes out as one event, in the same format."""

    def emit(self, record: logging.LogRecord) -> None:
        # Only a message that stands so in the library's source: one that was put together may hold a secret (R29).
        text = literal(str(record.msg), record.pathname) or "not shown"
        facts: dict[str, str] = {
            "logger": record.name,
            "text": text,
            "place": f"{record.module}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[1]:
            facts["error"] = named(record.exc_info[1])
        # the logger knows Python's own levels only, and libraries make up others
        level = max((known for known in _LEVELS if known <= record.levelno), default=logging.DEBUG)
        structlog.get_logger().log(level, Event.LIBRARY_LOGGED.value, **facts)


Facts = MutableMapping[str, Any]


def _unless_in_the_table(_logger: object, _method: str, facts: Facts) -> Facts:
    if facts["event"] in _IN_THE_TABLE:
        raise structlog.DropEvent
    return facts


def _plain_facts(_logger: object, _method: str, facts: Facts) -> Facts:
    for key, value in facts.items():
        if isinstance(value, Decimal):
            facts[key] = format(value, "f")
        elif isinstance(value, datetime):
            facts[key] = rfc3339(value)
        elif isinstance(value, StrEnum):
            facts[key] = value.value
    return facts


def _safe_facts(_logger: object, _method: str, facts: Facts) -> Facts:
    """A terminal obeys what it is sent: names and messages from Google are escaped for it."""
    for key, value in facts.items():
        if not isinstance(value, int | float | None):
            facts[key] = safe_text(value if isinstance(value, str) else str(value))
    return facts


def _shown_time(_logger: object, _method: str, facts: Facts) -> Facts:
    facts["timestamp"] = facts.pop("time")[11:19]
    return facts


def _for_cloud_logging(_logger: object, _method: str, facts: Facts) -> Facts:
    severity = facts.pop("level").upper()
    return {"severity": severity, "message": facts.pop("event"), "time": facts.pop("time"), **facts}


def _as_json() -> structlog.processors.JSONRenderer:
    return structlog.processors.JSONRenderer(default=str)
