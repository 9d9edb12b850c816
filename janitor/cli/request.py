"""Requests from flags, environment and policy file. Precedence: flag, environment, policy file."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from janitor.cli.messages import tell
from janitor.cli.options import DEFAULT_PATH, LIMIT_VALUES
from janitor.errors import UsageError
from janitor.model.units import parse_duration
from janitor.policy.model import Limits, Policies
from janitor.settings import Settings, SweepRequest

_MONEY = re.compile(r"(\d+(?:\.\d+)?) *(?:USD)?", re.ASCII)
_SHARE = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)
_COUNT = re.compile(r"\d{1,12}", re.ASCII)


def one_path(file: Path | None, flag: Path | None, environment: Path | None) -> Path:
    """The policy file that a command is about; UsageError where argument and flag name two."""
    if file and flag and file != flag:
        raise UsageError(f"two files are given, {file} and {flag}: use one")
    return file or flag or environment or DEFAULT_PATH


def checked_projects(names: Sequence[str]) -> tuple[str, ...]:
    """The project IDs as given, once each; UsageError for what cannot be one."""
    from janitor.policy.file.spelling import project

    for name in names:
        try:
            project(name)
        except ValueError as error:
            raise UsageError(f"--project {name}: {error}") from error
    return tuple(dict.fromkeys(names))


def policies_for(path: Path | None, apply: bool) -> tuple[Policies, str, bool]:
    """The policies, the file's name for people, and whether they are the shipped ones.

    `path` is a file that was named, by flag or environment; None is policies.yaml where there is
    one. Without any file an apply is a UsageError, for nobody has said what may be deleted.
    """
    from janitor.store.policy_file import default_policies, load_policies

    if path is not None or DEFAULT_PATH.exists():
        chosen = path or DEFAULT_PATH
        return load_policies(chosen), str(chosen), False
    if apply:
        raise UsageError(
            f"there is no {DEFAULT_PATH} here, and an apply needs one: write it with `janitor init`, "
            "or name it by --policies FILE or JANITOR_POLICIES"
        )
    return default_policies(), "the shipped default", True


def reading_request(path: Path | None, projects: Sequence[str]) -> SweepRequest:
    """A request to read what a sweep would, and to delete nothing."""
    loaded, source, shipped = policies_for(path, apply=False)
    return SweepRequest(
        policies=loaded,
        policies_source=source,
        apply=False,
        limits=loaded.limits,
        projects=checked_projects(projects),
        shipped_policies=shipped,
    )


def database_url(settings: Settings) -> str | None:
    """The ledger's URL; None is the default one, of which a warning is due where its disk does not last (R24)."""
    if settings.loses_ledger:
        tell(
            "WARNING",
            "JANITOR_DATABASE_URL is not set, and Cloud Run discards the disk after each run: this"
            " ledger contains only this run",
        )
    return settings.ledger_url


def needs_lasting_ledger(policies: Policies, settings: Settings) -> None:
    """UsageError where a policy has `grace` and its marks would be thrown away with the disk (R24)."""
    if not settings.loses_ledger:
        return
    waiting = [policy.name for policy in policies.policies if policy.grace is not None]
    if waiting:
        raise UsageError(
            f"policy {waiting[0]} has grace, and its scheduled deletions would be lost: Cloud Run discards the disk"
            " after each run. Set JANITOR_DATABASE_URL to a persistent database, or remove grace"
        )


def is_apply(dry_run: bool, apply: bool, environment: str | None, file_mode: str) -> bool:
    """--dry-run over everything, then --apply, then JANITOR_MODE, then the file's mode."""
    if dry_run and apply:
        raise UsageError("--dry-run and --apply exclude each other: use one of them")
    if dry_run or apply:
        return apply
    return (environment or file_mode) == "apply"


def selected(names: Sequence[str], policies: Policies) -> tuple[str, ...]:
    """The names as given, once each. UsageError for one that no policy bears."""
    known = [policy.name for policy in policies.policies]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known) or 'none'}"
            raise UsageError(f"--policy {name}: no policy has that name; {hint}")
    return tuple(dict.fromkeys(names))


def overridden(limits: Limits, flags: Sequence[str]) -> Limits:
    """The limits with each KEY=VALUE in place; UsageError names the key, the value, and what is allowed."""
    given: dict[str, int | Decimal | timedelta] = {}
    for flag in flags:
        key, separator, text = flag.partition("=")
        if not separator or key not in LIMIT_VALUES:
            near = get_close_matches(key, LIMIT_VALUES, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(LIMIT_VALUES)}"
            raise UsageError(f"--limit {flag}: KEY=VALUE is needed; {hint}")
        if key in given:
            raise UsageError(f"--limit {key} is given twice")
        given[key] = _limit_value(key, text.strip())
    return replace(limits, **given)  # type: ignore[arg-type]  # _limit_value gives each key its type


def _limit_value(key: str, text: str) -> int | Decimal | timedelta:
    if key in ("max_deletions", "max_unpriced") and _COUNT.fullmatch(text):
        return int(text)
    if key == "max_monthly_value" and (money := _MONEY.fullmatch(text)):
        return Decimal(money[1])
    if key == "max_share" and (share := _SHARE.fullmatch(text)) and Decimal(share[1]) <= 100:
        return Decimal(share[1]) / 100
    if key == "max_duration":
        return _duration(text)
    raise UsageError(f"--limit {key}={text}: must be {LIMIT_VALUES[key]}")


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--limit max_duration={text}: must be {LIMIT_VALUES['max_duration']}") from error
