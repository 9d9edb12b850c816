"""Notices that every output repeats: what the figures rest on, what they leave out, and whether the clock is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from types import MappingProxyType

from janitor.kinds.repository import SOURCE_DEPLOY
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Repository
from janitor.policy.deciding.held import HeldPolicy
from janitor.policy.deciding.holders import NO_HOLDERS, JudgedHolders
from janitor.policy.deciding.projects import read_in_words, unread_in_words
from janitor.policy.deciding.references import ReferenceCounts
from janitor.policy.deciding.unmatched import UnmatchedPolicy
from janitor.policy.deciding.verdict import missing_for_serving
from janitor.policy.model import Scope
from janitor.report.data.holders import listed_in_words, off_line
from janitor.report.data.result import SweepResult

MONEY = (
    "list prices before discounts and free tier; ≤ is an upper bound (shared layers); usage cost not included"
)
NAMED_PROJECTS = Scope()
_NAMED = 3
_APIS = {
    Kind.RUN_LOCATION: ("Cloud Run", "run.googleapis.com"),
    Kind.ARTIFACT_LOCATION: ("Artifact Registry", "artifactregistry.googleapis.com"),
}
# What a guard finds of one match and of several, and what to do for a policy that is to delete something.
_HELD = {
    KeepReason.SERVING: ("is live", "are live", ""),
    KeepReason.GOOGLE_MANAGED: (
        "is managed by Google", "are managed by Google", "add `managed: true` and its literal name"
    ),
    KeepReason.MULTI_REGION: ("is multi-region", "are multi-region", "such services are never deleted"),
    KeepReason.HAS_TRAFFIC: (
        "is in use by traffic", "are in use by traffic", "only revisions without traffic are deleted"
    ),
    KeepReason.LATEST_REVISION: (
        "is the latest revision", "are the latest revision", "write a policy for the service"
    ),
    KeepReason.ONLY_REVISION: (
        "is the only revision", "are the only revision", "write a policy for the service"
    ),
    KeepReason.LAST_EXECUTION: (
        "is the last execution of a job", "are the last execution of a job", "write a policy for the job"
    ),
    KeepReason.HAS_INSTANCES: (
        "has running instances", "have running instances", "scale the worker pool to 0 first"
    ),
    KeepReason.NOT_RETIRED: (
        "is neither retired nor failed", "are neither retired nor failed",
        "only retired and failed revisions are deleted",
    ),
    KeepReason.PROTECTED: ("is protected", "are protected", "see `protect` in the policy file"),
    KeepReason.NOT_STANDARD: (
        "belongs to a virtual or remote repository", "belong to virtual or remote repositories",
        "only standard repositories are cleaned up",
    ),
    KeepReason.FORMAT_UNSUPPORTED: (
        "is not of the docker format", "are not of the docker format",
        "write a policy for packages or versions",
    ),
    KeepReason.NEEDS_LITERAL_NAME: (
        "is shared by all services of a region", "are shared by all services of a region",
        f"add `name: {SOURCE_DEPLOY}`",
    ),
    KeepReason.IMMUTABLE_TAGS: (
        "is in a repository with immutable tags", "are in a repository with immutable tags",
        "only untagged images are deleted there",
    ),
    KeepReason.HAS_TAGS: ("is tagged", "are tagged", "remove the tags first, with a policy for artifact.tag"),
    KeepReason.SUBJECT_UNKNOWN: (
        "is an artifact about an unknown image", "are artifacts about unknown images",
        "add `orphaned: true` or an `artifact_type`",
    ),
    KeepReason.CHILD_OF_KEPT: (
        "is the tag of a signature or another artifact", "are tags of signatures or other artifacts",
        "such a tag is deleted with its artifact",
    ),
    KeepReason.KEEP_TAGGED: (
        "is named by `keep.tagged`", "are named by `keep.tagged`", "such a tag is never removed"
    ),
    KeepReason.HOLDS_PROTECTED: (
        "has protected content", "have protected content", "see `protect` in the policy file"
    ),
    KeepReason.HOLDS_SUBJECT_UNKNOWN: (
        "has only artifacts about unknown images", "have only artifacts about unknown images",
        "write its literal name to delete it anyway",
    ),
    KeepReason.HOLDS_RETAINED: (
        "has content that a `keep` holds", "have content that a `keep` holds",
        "write its literal name to delete it anyway",
    ),
}  # fmt: skip
_THROWN_AWAY = (
    "the ledger is an SQLite file that Cloud Run discards after this run: set JANITOR_DATABASE_URL to"
    " a database that lasts"
)
_NOT_RECORDED = "this dry run is not recorded: there is no ledger to write it to"
_SHIPPED = "the shipped default policies are in force, as there is no policies.yaml: janitor init writes them"


def notices(
    projects: Sequence[str],
    reference_files: Sequence[str],
    price_note: str,
    recorded: bool,
    throwaway_disk: bool,
    shipped_policies: bool,
    unmatched: Sequence[UnmatchedPolicy] = (),
    matched_before: Mapping[str, datetime] = MappingProxyType({}),
    held: Sequence[HeldPolicy] = (),
    disabled: Sequence[tuple[str, Kind]] = (),
    scope: Scope = NAMED_PROJECTS,
    holders: JudgedHolders = NO_HOLDERS,
) -> tuple[str, ...]:
    """One line each, the most pressing first; the same facts, the same lines.

    `projects` are all that were read, `reference_files` those of `protect.references` (R3);
    `price_note` tells where prices come from (R25); not `recorded`: the dry run is in no ledger (R23);
    `throwaway_disk`: the ledger is lost with the disk (R24); `unmatched` are policies that matched nothing,
    `matched_before` when earlier sweeps had something to delete by some of them, `held` those of which a guard keeps
    every match (R34); `disabled` are projects and the API that is disabled there; `scope` is that of the policy file:
    projects that are not read on purpose are named (R52); `holders` are what Cloud Asset Inventory lists (R51).
    """
    lines = {
        off_line(holders): bool(holders.off),
        **dict.fromkeys((_disabled(project, kind) for project, kind in disabled), True),
        _THROWN_AWAY: throwaway_disk,
        _NOT_RECORDED: not recorded,
        _SHIPPED: shipped_policies,
        **dict.fromkeys(_matched_nothing(unmatched, matched_before), True),
        **dict.fromkeys(map(_all_held, held), True),
        _in_use(projects, reference_files, scope, holders): True,
        **dict.fromkeys(unread_in_words(scope, holders.holders.unread), True),
        price_note: True,
        MONEY: True,
    }
    return tuple(line for line, holds in lines.items() if holds)


def _disabled(project: str, kind: Kind) -> str:
    api, host = _APIS[kind]
    return (
        f"the {api} API is disabled in project {project}, so nothing of it was read; to enable it:"
        f" gcloud services enable {host} --project {project}"
    )


def _all_held(found: HeldPolicy) -> str:
    """``previews: 2 match but are live; add `status: [serving, degraded]` to delete them``."""
    one = found.matches == 1
    if found.guard in _HELD:
        of_one, of_many, way_out = _HELD[found.guard]
        said = of_one if one else of_many
    else:
        said, way_out = f"{'is' if one else 'are'} kept ({found.guard.value})", "janitor explain says why"
    if found.guard is KeepReason.SERVING:
        keys = " and ".join(f"`{key}`" for key in missing_for_serving(found.policy))
        way_out = f"add {keys} to delete {'it' if one else 'them'}"
    return f"{found.policy.name}: {found.matches:,} {'matches' if one else 'match'} but {said}; {way_out}"


def _in_use(
    projects: Sequence[str], reference_files: Sequence[str], scope: Scope, holders: JudgedHolders
) -> str:
    """What "in use" means here (R3): nothing else is looked at, so nothing else protects."""
    noun = "project" if len(projects) == 1 else "projects"
    files = f", and the references in {', '.join(reference_files)}" if reference_files else ""
    where = read_in_words(scope, projects) if scope.roots else f"{noun} {', '.join(projects)}"
    return f'"in use" means: used by Cloud Run in {where}{files}{listed_in_words(holders)}'


def reference_notice(counts: ReferenceCounts | None) -> tuple[str, ...]:
    """How many lines of `protect.references` name something that exists (R38), and which do not."""
    if counts is None or not counts.lines:
        return ()
    noun, verb = ("reference", "names") if counts.lines == 1 else ("references", "name")
    parts = [
        f"{counts.found:,} of {counts.lines:,} {noun} in the files of protect.references {verb} an image that exists"
    ]
    if counts.missing:
        shown = ", ".join(counts.missing[:_NAMED])
        more = len(counts.missing) - _NAMED
        rest = f" and {more:,} more" if more > 0 else ""
        parts.append(
            f"{len(counts.missing):,} {'names' if len(counts.missing) == 1 else 'name'} none: {shown}{rest}"
        )
    if counts.not_read:
        parts.append(f"{counts.not_read:,} of other registries or of repositories that were not read")
    return ("; ".join(parts),)


def _matched_nothing(unmatched: Sequence[UnmatchedPolicy], before: Mapping[str, datetime]) -> Iterator[str]:
    """To check names is said only where no resource has them, and none that is recorded ever had."""
    unknown = [each.policy for each in unmatched if not each.known and each.policy not in before]
    quiet = [each.policy for each in unmatched if each.known or each.policy in before]
    if unknown:
        its = "it" if len(unknown) == 1 else "them"
        yield f"{_policies(unknown)} matched no resources, and no resource has the names in {its}: check the spelling"
    if quiet:
        dates = [f"{name} last matched on {before[name]:%Y-%m-%d}" for name in quiet if name in before]
        when = f" ({', '.join(dates)})" if dates else ""
        yield f"{_policies(quiet)} matched no resources{when}"


def _policies(names: Sequence[str]) -> str:
    return f"{'policy' if len(names) == 1 else 'policies'} {', '.join(names)}"


_REPOSITORIES_NAMED = 10
_POLICIES_NAMED = 5


def native_cleanup(repositories: Iterable[Repository]) -> tuple[str, ...]:
    """One line for each repository that has native cleanup policies; of many the first, and how many more."""
    found = sorted((each for each in repositories if each.cleanup_policies), key=lambda each: each.name)
    lines = [native_policies(each) for each in islice(found, _REPOSITORIES_NAMED)]
    if len(found) > _REPOSITORIES_NAMED:
        more = len(found) - _REPOSITORIES_NAMED
        lines.append(
            f"{more:,} more {'repository has' if more == 1 else 'repositories have'} native cleanup policies"
        )
    return tuple(lines)


def native_policies(repository: Repository) -> str:
    """Which native policies a repository has, and whether they delete, for people."""
    name, policies = repository.name, repository.cleanup_policies
    shown = ", ".join(policies[:_POLICIES_NAMED])
    if more := len(policies[_POLICIES_NAMED:]):
        shown += f" and {more} more"
    noun = "a native cleanup policy" if len(policies) == 1 else "native cleanup policies"
    what = (
        "a dry run: Artifact Registry deletes nothing by them"
        if repository.cleanup_dry_run
        else "active: Artifact Registry also deletes here, and does not know what is in use"
    )
    return f"repository {name.repository} ({name.location}, {name.project}) has {noun}, {shown} ({what})"


def clock_line(result: SweepResult) -> str | None:
    """One line with both times and what to do; None where the clock is right, or nothing was read."""
    reading = result.clock
    if reading is None or reading.may_delete:
        return None
    so = "Nothing was deleted." if result.mode == "apply" else "An apply would delete nothing."
    if reading.google is None:
        return (
            f"CLOCK NOT CHECKED: no HTTP answer from Google had a Date header. This machine's clock shows"
            f" {_shown(reading.here)}. {so} Check what stands between janitor and run.googleapis.com."
        )
    return (
        f"CLOCK WRONG: this machine's clock shows {_shown(reading.here)}, Google's shows"
        f" {_shown(reading.google)}. {so} Set the clock (with NTP, for example), then run janitor again."
    )


def _shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
