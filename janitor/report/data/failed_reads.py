"""Failed reads in words: one sentence for all that failed for one cause, with the way out."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.policy.deciding.gaps import LINE_TO_ADD, is_unseen_gap
from janitor.policy.deciding.holders import ROLE
from janitor.report.data.names import kind_in_words

_NAMED = 3
_CODE = re.compile(r"([A-Za-z_]+)(?:: |$)")
DENIED = frozenset({"PERMISSION_DENIED", "Forbidden"})
NO_CREDENTIALS = frozenset({"UNAUTHENTICATED", "Unauthorized", "DefaultCredentialsError", "RefreshError"})
PASSING = frozenset({
    "UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL", "ABORTED", "CANCELLED", "UNKNOWN",
    "RetryError", "ServiceUnavailable", "TooManyRequests", "InternalServerError", "GatewayTimeout", "BadGateway",
    "TransportError",
})  # fmt: skip
LOGIN = "renew the credentials: gcloud auth application-default login, or janitor's service account"
_NOT_FOUND = frozenset({"NOT_FOUND", "NotFound"})
_API_DISABLED = "SERVICE_DISABLED"
_LOCATIONS = {Kind.RUN_LOCATION: "Cloud Run", Kind.ARTIFACT_LOCATION: "Artifact Registry"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FailedReads:
    """Reads that failed alike: where, why in Google's words, and what to do about it."""

    gaps: Sequence[Gap]
    about: str
    what: str
    way_out: str

    @property
    def sentence(self) -> str:
        """``revisions in p (us-west1): PERMISSION_DENIED. Grant …``."""
        return f"{self.about}: {self.what.rstrip('.')}. {self.way_out[0].upper()}{self.way_out[1:]}."


def failed_reads(gaps: Sequence[Gap]) -> Iterator[FailedReads]:
    """The unknown projects first, then the commonest cause."""
    unknown = _unknown_projects(gaps)
    if unknown:
        noun, one = ("project", "it does") if len(unknown) == 1 else ("projects", "they do")
        yield FailedReads(
            [gap for gap in gaps if gap.project in unknown],
            f"{noun} {some_of(unknown)}",
            f"no access, or {one} not exist (check with gcloud projects list)",
            f"grant roles/run.viewer and roles/artifactregistry.reader on {some_of(unknown)} to janitor's service account",
        )
    groups = alike((gap for gap in gaps if gap.project not in unknown), _likeness)
    for rows in groups.values():
        yield FailedReads(rows, _where(rows), rows[0].cause, _way_to_see(rows))


def _unknown_projects(gaps: Iterable[Gap]) -> set[str]:
    """Those in which neither API lets its locations be listed."""
    refused: dict[str, set[Kind]] = {}
    for gap in gaps:
        if (
            gap.kind in _LOCATIONS
            and code_of(gap.cause) in (DENIED | _NOT_FOUND)
            and _API_DISABLED not in gap.cause
        ):
            refused.setdefault(gap.project, set()).add(gap.kind)
    return {project for project, kinds in refused.items() if kinds == set(_LOCATIONS)}


def _likeness(gap: Gap) -> Hashable:
    disabled = _API_DISABLED in gap.cause
    return (
        is_unseen_gap(gap),
        gap.kind is Kind.PROJECT,
        gap.kind is Kind.HOLDER,
        gap.kind.is_run,
        gap.repository is None,
        code_of(gap.cause),
        disabled,
    )


def _where(gaps: Sequence[Gap]) -> str:
    """``43 reads: revisions, services in p (asia-east1, asia-east2, us-west1 and 40 more)``."""
    places = {
        f"{gap.location}/{gap.repository}" if gap.repository else gap.location
        for gap in gaps
        if gap.location != "-"
    }
    text = f"{some_of(_what(gap.kind) for gap in gaps)} in {some_of(gap.project for gap in gaps)}"
    if places:
        text += f" ({some_of(places)})"
    return f"{len(gaps)} reads: {text}" if len(gaps) > 1 else text


def _what(kind: Kind) -> str:
    return f"locations of {_LOCATIONS[kind]}" if kind in _LOCATIONS else kind_in_words(kind, 2)


def _way_to_see(gaps: Sequence[Gap]) -> str:
    first, projects = gaps[0], some_of(gap.project for gap in gaps)
    code = code_of(first.cause)
    if is_unseen_gap(first):
        return f"if nothing runs these images, add to the policy file: {LINE_TO_ADD}"
    if first.kind is Kind.PROJECT:
        return "grant the roles that docs/roles.md lists for an organization, or add projects to scope.unread"
    if first.kind is Kind.HOLDER:
        return _way_to_holders(projects, code, _API_DISABLED in first.cause)
    role, api = ("run.viewer", "Cloud Run") if first.kind.is_run else ("artifactregistry.reader", "Artifact Registry")  # fmt: skip
    if _API_DISABLED in first.cause:
        return (
            f"the {api} API is disabled in the quota project of the credentials: enable it there, or name another"
            " (gcloud auth application-default set-quota-project)"
        )
    if code in DENIED:
        return f"grant roles/{role} on {projects} to janitor's service account, and enable the {api} API"
    if code in NO_CREDENTIALS:
        return LOGIN
    if code in PASSING:
        return "the next sweep reads it again; if it still fails, check the quota and Google's status page"
    if not code and first.kind.is_run:
        return "correct the image reference of that workload, or delete the workload"
    return "the next sweep reads it again; if it still fails, run JANITOR_LOG_LEVEL=DEBUG janitor sweep --dry-run for details"


def _way_to_holders(projects: str, code: str, disabled: bool) -> str:
    """How to have Cloud Asset Inventory read, or do without (R51)."""
    if disabled:
        return "enable the Cloud Asset API (cloudasset.googleapis.com) in the project that janitor's calls are counted for"
    if code in DENIED:
        return f"grant {ROLE} on {projects} to janitor's service account, and enable the Cloud Asset API"
    if code in NO_CREDENTIALS:
        return LOGIN
    if code in PASSING:
        return "the next sweep reads it again; if it still fails, check the quota and Google's status page"
    return "if it still fails, list their images under protect.references and set protect.holders to off (docs/holders.md)"


def code_of(text: str) -> str:
    """The status or error class that a cause begins with (gcp/failures.py), "" where it has none."""
    match = _CODE.match(text)
    return match[1] if match else ""


def alike(rows: Iterable[T], likeness: Callable[[T], Hashable]) -> Mapping[Hashable, list[T]]:
    """Rows in groups, the largest first, then in their order."""
    groups: dict[Hashable, list[T]] = {}
    for row in rows:
        groups.setdefault(likeness(row), []).append(row)
    return dict(sorted(groups.items(), key=lambda item: -len(item[1])))


def some_of(texts: Iterable[str]) -> str:
    """Each once, in order, the first few by name."""
    each = sorted(set(texts))
    more = len(each) - _NAMED
    return ", ".join(each) if more < 1 else f"{', '.join(each[:_NAMED])} and {more} more"
