"""How each key of a policy reads a package, a version or a tag."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import unquote

from janitor.kinds.prerelease import is_prerelease, version_of
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Repository
from janitor.policy.conditions.expression import Failures, test_of, tokens
from janitor.policy.conditions.keys import (
    Empty,
    Expr,
    Key,
    LargerThan,
    NameIs,
    OlderThan,
    Prerelease,
    TagsMatch,
    TagsRegex,
    TagsSemver,
    TtlExpired,
    VersionIs,
    VersionSemver,
)
from janitor.policy.conditions.patterns import found_in, matcher
from janitor.policy.conditions.repository_keys import of_repository, repository_fields
from janitor.policy.conditions.resource_keys import larger
from janitor.policy.conditions.truth import (
    AGE_UNKNOWN,
    NO,
    SIZE_UNKNOWN,
    VERSION_UNREADABLE,
    Leaf,
    Test,
    Truth,
    always,
    compiled,
    truth,
)
from janitor.policy.conditions.ttl import expired
from janitor.policy.conditions.versions import version_in_range
from janitor.policy.model import Policy

_CANNOT_SAY = Truth(None, KeepReason.NOT_MATCHED)


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What policies ask of something in a repository. `package` is the short name, `id` the version's.

    Times are epoch seconds, None where not known: `made` ranks for `keep.latest`, `since` is what
    ages count from (R7), `newest` the latest time that is known of it, which the floor counts from
    (R43). `size_bytes` is None where it is not known. `versions` are how many a package holds, `unsized` of how many
    of them the size is not known: then its own is a lower bound.
    """

    package: str
    id: str = ""
    tags: tuple[str, ...] = ()
    made: float | None = None
    since: float | None = None
    size_bytes: int | None = None
    versions: int = 1
    newest: float | None = None
    unsized: int = 0


def held_leaf(kind: Kind, repository: Repository, now: float, failures: Failures) -> Leaf[StoredFacts]:
    """The reading of each key in this repository; ages are strict, unset and future times unknown (R5)."""

    def leaf(key: Key) -> "Test[StoredFacts]":
        answer = of_repository(key, repository)
        if answer is not None:
            return always(answer)
        match key:
            case NameIs(globs):
                name = matcher(globs)
                return lambda held: truth(name(held.package))
            case OlderThan(age):
                return lambda held: _older(held.since, now, age.total_seconds())
            case LargerThan(size):
                return lambda held: _larger(held, size)
            case TtlExpired():
                return lambda held: expired(key, repository.labels, held.since, now)
            case TagsMatch(globs):
                return _tag_is(matcher(globs))
            case TagsRegex(expression):
                return _tag_is(found_in(expression))
            case TagsSemver(range_):
                return _version_is(range_)
            case VersionIs(globs):
                version = matcher(globs)
                return lambda held: truth(version(unquote(held.id)))
            case VersionSemver(range_):
                return _in_range(range_, repository.format.lower())
            case Prerelease(value):
                return _prerelease(value, repository.format.lower())
            case Empty():
                return lambda held: truth(held.versions == 0)
            case Expr():
                return _expression(key, kind, repository, now, failures)
            case _:
                raise AssertionError(f"the policy reader lets no {key} through for this kind")

    return leaf


def _larger(held: StoredFacts, size: int) -> Truth:
    """A lower bound that is larger is enough; one that is not leaves it unknown."""
    found = larger(held.size_bytes, size)
    return SIZE_UNKNOWN if held.unsized and found is NO else found


def _tag_is(matches: Callable[[str], bool]) -> Test[StoredFacts]:
    """Of tags alone, each of which is one."""
    return lambda held: truth(any(map(matches, held.tags)))


def _version_is(range_: str) -> Test[StoredFacts]:
    """Of tags alone, each of which is one."""
    answer = version_in_range(range_)
    return lambda held: answer("".join(held.tags))


def _in_range(range_: str, format_: str) -> Test[StoredFacts]:
    answer = version_in_range(range_, partial(version_of, format_))
    return lambda held: answer(unquote(held.id))  # Google escapes the + of build metadata


def _prerelease(value: bool, format_: str) -> Test[StoredFacts]:
    def run(held: StoredFacts) -> Truth:
        found = is_prerelease(format_, unquote(held.id))
        return VERSION_UNREADABLE if found is None else truth(found is value)

    return run


def may_speak_of(policy: Policy, repository: Repository) -> bool:
    """Whether a policy could match anything in the repository, whatever that is: else it need not be read."""

    def leaf(key: Key) -> "Test[None]":
        answer = of_repository(key, repository)
        return always(answer) if answer is not None else lambda _: _CANNOT_SAY

    return compiled(policy.when, leaf)(None) is not NO


_READ: dict[str, Callable[[StoredFacts], object]] = {
    "name": lambda held: held.package,
    "version": lambda held: held.id,
    "tags": lambda held: list(held.tags),
    "tag": lambda held: "".join(held.tags),
    "size_bytes": lambda held: held.size_bytes,
    "versions": lambda held: held.versions,
}


def _expression(
    expr: Expr, kind: Kind, repository: Repository, now: float, failures: Failures
) -> Test[StoredFacts]:
    """A CEL expression; an age or a size that it asks for and that is not known is its answer (R5)."""
    asked = {token.text for token in tokens(expr.text)}
    moment = datetime.fromtimestamp(now, UTC)
    constants = repository_fields(kind, repository, asked)

    def unknown(held: StoredFacts) -> Truth | None:
        if "age" in asked and _older(held.since, now, 0) is AGE_UNKNOWN:
            return AGE_UNKNOWN
        return SIZE_UNKNOWN if "size_bytes" in asked and (held.unsized or not held.size_bytes) else None

    def read(held: StoredFacts) -> dict[str, object]:
        resource = constants | {field: get(held) for field, get in _READ.items() if field in asked}
        return {"resource": resource, "now": moment, "age": timedelta(seconds=now - (held.since or now))}

    return test_of(expr, failures, unknown, read)


def _older(since: float | None, now: float, seconds: float) -> Truth:
    if since is None or since <= 0 or since > now:
        return AGE_UNKNOWN
    return truth(now - since > seconds)
