"""How each key of a policy reads an image."""

from collections.abc import Callable

from janitor.model.resources import Image, Repository
from janitor.policy.conditions.expression import Failures, image_expression
from janitor.policy.conditions.index_sizes import Sizes
from janitor.policy.conditions.keys import (
    AnyTag,
    ArtifactTypeIs,
    Expr,
    Key,
    LargerThan,
    NameIs,
    OlderThan,
    Orphaned,
    Tagged,
    TagsMatch,
    TagsRegex,
    TagsSemver,
    TtlExpired,
    Unused,
    UnusedFor,
)  # fmt: skip
from janitor.policy.conditions.patterns import found_in, matcher
from janitor.policy.conditions.repository_keys import of_repository
from janitor.policy.conditions.truth import (
    AGE_UNKNOWN,
    NO,
    NO_TAG_MATCHES,
    SIZE_UNKNOWN,
    SOME_TAGS_MATCH,
    SUBJECT_UNKNOWN,
    TTL_UNREADABLE,
    YES,
    Leaf,
    Test,
    Truth,
    always,
    truth,
)  # fmt: skip
from janitor.policy.conditions.ttl import lifetime
from janitor.policy.conditions.versions import tags_in_range


def not_known(_: Image) -> Truth:
    """The answer while not every repository was read."""
    return SUBJECT_UNKNOWN


def _not_recorded(_: Key) -> Test[Image]:
    """`unused_for` where no ledger says what was in use."""
    return lambda _: AGE_UNKNOWN


def image_leaf(
    repository: Repository,
    now: float,
    failures: Failures | None = None,
    sizes: Sizes | None = None,
    orphaned: Test[Image] = not_known,
    unused_for: Leaf[Image] = _not_recorded,
) -> Leaf[Image]:
    """How each key of a policy reads an image of this repository; what is the same for all of its
    images is answered once. `orphaned` and `unused_for` answer the keys of these names
    (deciding/orphaned.py, deciding/use_history.py)."""

    def leaf(key: Key) -> "Test[Image]":
        answer = of_repository(key, repository)
        if answer is not None:
            return always(answer)
        match key:
            case OlderThan(age):
                return older_than(age.total_seconds(), now)
            case NameIs(globs):
                return _of_package(matcher(globs))
            case Tagged(value):
                return lambda image: YES if bool(image.tags) is value else NO
            case TagsMatch(globs):
                return _tags_match(matcher(globs))
            case AnyTag(globs):
                return _one_tag_matches(matcher(globs))
            case TagsRegex(expression):
                return _tags_match(found_in(expression))
            case TagsSemver(range_):
                return _versions(range_)
            case ArtifactTypeIs(globs):
                return _of_type(matcher(globs))
            case LargerThan(size):
                return _larger(size, sizes or {})
            case Unused():
                return always(YES)  # what is in use was kept before any policy is asked
            case UnusedFor():
                return unused_for(key)
            case Orphaned():
                return orphaned
            case TtlExpired():
                return _expired(key, repository, now)
            case Expr():
                return image_expression(key, repository, now, failures or Failures())
            case _:
                raise AssertionError(f"the policy reader lets no {key} through for images")

    return leaf


def _larger(size: int, sizes: Sizes) -> Test[Image]:
    """Of an index, `sizes` say what it weighs (R41)."""

    def run(image: Image) -> Truth:
        if image.children and sizes:
            found = sizes.get((image.package, image.digest))
            return SIZE_UNKNOWN if found is None else truth(found > size)
        return SIZE_UNKNOWN if image.size_bytes <= 0 else YES if image.size_bytes > size else NO

    return run


def older_than(seconds: float, now: float) -> Test[Image]:
    """Strictly older, by `image_since`; unset and future times are not known (R5)."""
    cutoff = now - seconds

    def run(image: Image) -> Truth:
        since = image.upload_time
        if since is None or since <= 0:
            return AGE_UNKNOWN
        update = image.update_time
        if update is not None and update > since:
            since = update
        if since < cutoff:
            return YES
        return NO if since <= now else AGE_UNKNOWN

    return run


def _expired(key: TtlExpired, repository: Repository, now: float) -> Test[Image]:
    """Images have no labels: their repository's say how long, each image's own age is counted."""
    found = lifetime(key, repository.labels)
    if found is None:
        return lambda _: TTL_UNREADABLE
    if found.seconds is None or found.lasts(now):
        return always(found.over(None, now))
    return older_than(found.seconds, now)


def _of_package(matches: Callable[[str], bool]) -> Test[Image]:
    known: dict[str, Truth] = {}

    def run(image: Image) -> Truth:
        answer = known.get(image.package)
        if answer is None:
            answer = known[image.package] = truth(matches(image.package))
        return answer

    return run


def _of_type(matches: Callable[[str], bool]) -> Test[Image]:
    return lambda image: truth(bool(image.artifact_type) and matches(image.artifact_type))


def _versions(range_: str) -> Test[Image]:
    in_range = tags_in_range(range_)
    return lambda image: in_range(image.tags)


def _tags_match(matches: Callable[[str], bool]) -> Test[Image]:
    def run(image: Image) -> Truth:
        if not image.tags:
            return NO
        hits = sum(map(matches, image.tags))
        return YES if hits == len(image.tags) else SOME_TAGS_MATCH if hits else NO_TAG_MATCHES

    return run


def _one_tag_matches(matches: Callable[[str], bool]) -> Test[Image]:
    return lambda image: truth(any(map(matches, image.tags)))
