"""Globs that match no name that Google gives, such as one with a capital where names have none. Pure."""

import re
from collections.abc import Iterator

from janitor.model.kinds import Kind
from janitor.policy.model import Policies
from janitor.policy.values import AnyTag, JobIs, Key, LocationIs, NameIs, RepositoryIs, ServiceIs, TagsMatch

# What names are made of: services, jobs and the like by the API ("must be lowercase": run/docs/deploying),
# repositories by "lowercase letters, numbers, and hyphens" (artifact-registry/docs/repositories), and the
# domains of gcr.io; images and tags by the OCI distribution specification.
_RUN = re.compile(r"[a-z0-9-]*")
_REPOSITORY = re.compile(r"[a-z0-9.-]*")
_IMAGE = re.compile(r"[a-z0-9._/-]*")
_TAG = re.compile(r"[A-Za-z0-9._-]*")
_HAS = {
    _RUN: "small letters, digits and - alone",
    _REPOSITORY: "small letters, digits, - and . alone",
    _IMAGE: "small letters, digits and . _ - / alone",
    _TAG: "letters, digits and . _ - alone",
}
# Names of these kinds are anybody's choice: packages of npm or Maven, and their tags.
_FREE = (Kind.VERSION, Kind.TAG, Kind.PACKAGE)


def unnameable(key: Key, kind: Kind) -> Iterator[tuple[str, str]]:
    """The globs of a key that match nothing of this kind anywhere, each with what its names are made of."""
    made_of = _made_of(key, kind)
    if made_of is not None and isinstance(
        key, (NameIs, ServiceIs, JobIs, LocationIs, RepositoryIs, TagsMatch, AnyTag)
    ):
        yield from ((glob, _HAS[made_of]) for glob in key.globs if _is_none(glob, made_of))


def unprotecting(policies: Policies) -> Iterator[tuple[int, str, str]]:
    """Of `protect.names` the place and the glob that matches nothing of which a policy speaks."""
    if not any(policy.kind in _FREE for policy in policies.policies):
        for place, glob in enumerate(policies.protect.names):
            if _is_none(glob, _IMAGE):
                yield place, glob, _HAS[_IMAGE]


def _made_of(key: Key, kind: Kind) -> re.Pattern[str] | None:
    match key:
        case LocationIs() | ServiceIs() | JobIs():
            return _RUN
        case RepositoryIs():
            return _REPOSITORY
        case NameIs():
            if kind is Kind.REPOSITORY:
                return _REPOSITORY
            return _RUN if kind.is_run else _IMAGE if kind is Kind.IMAGE else None
        case TagsMatch() | AnyTag():
            return _TAG if kind is Kind.IMAGE else None
        case _:
            return None


def _is_none(glob: str, made_of: re.Pattern[str]) -> bool:
    """A glob with [ is let pass: what stands between the brackets is not looked at."""
    return "[" not in glob and made_of.fullmatch(re.sub(r"[*?]", "", glob)) is None
