"""Google's own cleanup policies, which delete in the same repositories as janitor (R44)."""

from collections.abc import Iterable
from itertools import islice

from janitor.model.resources import Repository

_NAMED = 10
_POLICIES_NAMED = 5


def native_cleanup(repositories: Iterable[Repository]) -> tuple[str, ...]:
    """One line for each repository that has native cleanup policies; of many the first, and how many more."""
    found = sorted((each for each in repositories if each.cleanup_policies), key=lambda each: each.name)
    lines = [native_policies(each) for each in islice(found, _NAMED)]
    if len(found) > _NAMED:
        more = len(found) - _NAMED
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
