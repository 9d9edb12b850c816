"""What every output says beside its figures: what they rest on, and what they leave out."""

from collections.abc import Sequence

from janitor.policy.deciding.references import ReferenceCounts

MONEY = (
    "dollars are gross, at list price: the free 0.5 GiB of storage is not subtracted, image sizes (≤) are"
    " upper bounds as layers may be shared, and what a service costs in use is not known"
)
_NAMED = 3
_THROWN_AWAY = (
    "the ledger is an SQLite file that Cloud Run throws away after this run: set JANITOR_DATABASE_URL to"
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
    unmatched: Sequence[str] = (),
) -> tuple[str, ...]:
    """One line each, the most pressing first; the same facts, the same lines.

    `projects` are all that were read, `reference_files` those of `protect.references` (R3);
    `price_note` tells where prices come from (R25); not `recorded`: the dry run is in no ledger (R23);
    `throwaway_disk`: the ledger is lost with the disk (R24); `unmatched` are policies that matched nothing.
    """
    lines = {
        _THROWN_AWAY: throwaway_disk,
        _NOT_RECORDED: not recorded,
        _SHIPPED: shipped_policies,
        _matched_nothing(unmatched): bool(unmatched),
        _in_use(projects, reference_files): True,
        price_note: True,
        MONEY: True,
    }
    return tuple(line for line, holds in lines.items() if holds)


def _in_use(projects: Sequence[str], reference_files: Sequence[str]) -> str:
    """What "in use" means here (R3): nothing else is looked at, so nothing else protects."""
    noun = "project" if len(projects) == 1 else "projects"
    files = f", and the references in {', '.join(reference_files)}" if reference_files else ""
    return f'"in use" means: named by Cloud Run in {noun} {", ".join(projects)}{files}'


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


def _matched_nothing(policies: Sequence[str]) -> str:
    """It may be all well, and it may be a misspelt name: only a person can tell."""
    noun = "policy" if len(policies) == 1 else "policies"
    return f"{noun} {', '.join(policies)} matched nothing, even of what is kept"
