"""Which parts of a policy's `keep` bind nothing, or keep all: with the key, and the way out. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from janitor.model.kinds import Kind
from janitor.model.semver import parse_version
from janitor.policy.bounds import too_old
from janitor.policy.globs import is_literal
from janitor.policy.implication import conjuncts, excludes
from janitor.policy.model import PerSemver, PerTag, Policies, Policy, Retention
from janitor.policy.patterns import captured
from janitor.policy.values import AnyTag, Condition, OlderThan, TagsMatch

# Google keeps no more of these of one service or job, and deletes the oldest itself (docs: run/quotas).
_GROUPS_NOTHING = {
    PerTag: "keep.per groups nothing: none of its `tags` falls into a group: take per out, or write another",
    PerSemver: "keep.per keeps all: none of its `tags` is a version (three numbers, such as 1.4.2): take per out",
}
_MOST_KEPT = {Kind.REVISION: (1000, "revisions of a service"), Kind.EXECUTION: (1000, "executions of a job")}


def idle_keep(policy: Policy, policies: Policies, now: datetime) -> Iterator[tuple[str, str]]:
    """Each as the key of `keep` and what is wrong with it."""
    keep = policy.keep
    if keep is None:
        return
    parts = list(conjuncts(policy.when))
    if keep.tagged and any(_leaves_no_tag(part, keep.tagged) for part in parts):
        text = (
            "no tag that `tags` speaks of matches it"
            if _says_tags(parts)
            else "no tag that is left matches it"
        )
        yield "tagged", f"keep.tagged binds nothing: {text}: take one of them out"
    if keep.per is not None and any(_falls_into_no_group(part, keep.per) for part in parts):
        yield "per", _GROUPS_NOTHING[type(keep.per)]
    if keep.newer_than is not None and (began := too_old(policy.kind, keep.newer_than, now)):
        yield "newer_than", f"keep.newer_than keeps all: {began}: write a shorter one"
    yield from _too_many(policy.kind, keep)
    yield from _waits_anyway(policy, keep, policies)


def _leaves_no_tag(part: Condition, tagged: Sequence[str]) -> bool:
    """Whether `keep.tagged` holds none of the images that a part of `when` selects."""
    if isinstance(part, AnyTag):
        return False  # another tag of the image may be the one that keep.tagged names
    kept = TagsMatch(tuple(tagged))
    return excludes(kept, part) or excludes(part, kept)


def _says_tags(parts: Iterable[Condition]) -> bool:
    return any(isinstance(part, TagsMatch) for part in parts)


def _falls_into_no_group(part: Condition, per: PerTag | PerSemver) -> bool:
    """Whether all tags are written out and none of them makes a group, so that `latest` counts as without."""
    if not isinstance(part, TagsMatch) or not all(map(is_literal, part.globs)):
        return False
    if isinstance(per, PerTag):
        return all(captured(per.expression)(tag) is None for tag in part.globs)
    return all(parse_version(tag) is None for tag in part.globs)


def _too_many(kind: Kind, keep: Retention) -> Iterator[tuple[str, str]]:
    most, what = _MOST_KEPT.get(kind, (0, ""))
    for key, count, kept in (
        ("latest", keep.latest, "all"),
        ("rollback", keep.rollback, "all that were ready"),
    ):
        if most and keep.per is None and count is not None and count > most:
            text = f"Google itself keeps at most {most:,} {what}: write fewer"
            yield key, f"keep.{key} keeps {kept}: {text}"


def _waits_anyway(policy: Policy, keep: Retention, policies: Policies) -> Iterator[tuple[str, str]]:
    if keep.newer_than is not None and not (policies.of(Kind.REPOSITORY) or policies.of(Kind.PACKAGE)):
        waits = [_waits(each) for each in policies.of(policy.kind)]
        if all(isinstance(age, OlderThan) and age.age >= keep.newer_than for age in waits):
            yield (
                "newer_than",
                (
                    f"keep.newer_than binds nothing: every policy of {policy.kind.value} waits longer anyway, "
                    "by older_than: take it out, or write a longer one"
                ),
            )


def _waits(policy: Policy) -> OlderThan | None:
    ages = [part for part in conjuncts(policy.when) if isinstance(part, OlderThan)]
    return max(ages, key=lambda each: each.age, default=None)
