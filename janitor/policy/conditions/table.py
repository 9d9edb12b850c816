"""Every key of `when`, listed once; and what follows from their declarations: names, kinds, and what `defaults` may hold."""

from collections.abc import Mapping

from janitor.model.kinds import Kind
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.contents import ArtifactTypeIs, FormatIs
from janitor.policy.conditions.deployed import ClientIs, CreatorIs, ManagedBy
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.key import Key
from janitor.policy.conditions.labels import AnnotationsAre, AnnotationsRegex, LabelsAre, LabelsRegex
from janitor.policy.conditions.names import JobIs, LocationIs, NameIs, RepositoryIs, ServiceIs, TrafficTagIs
from janitor.policy.conditions.size import Empty, LargerThan, Largest
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import AnyTag, Tagged, TagsMatch, TagsRegex, TagsSemver
from janitor.policy.conditions.ttl import TtlExpired
from janitor.policy.conditions.use import Orphaned, Unused, UnusedFor
from janitor.policy.conditions.versions import Prerelease, VersionIs, VersionSemver

# In the order in which the JSON Schema has them: first the keys of every kind.
KEYS: tuple[type[Key], ...] = (
    NameIs, LocationIs, LabelsAre, LabelsRegex, OlderThan, TtlExpired, ManagedBy, Expr,
    AnnotationsAre, AnnotationsRegex, CreatorIs, ClientIs, ServiceIs, TrafficTagIs, JobIs, StatusIs,
    Unused, RepositoryIs, FormatIs, Tagged, TagsMatch, AnyTag, TagsRegex, TagsSemver, ArtifactTypeIs,
    VersionIs, VersionSemver, Prerelease, LargerThan, Empty, UnusedFor, Orphaned, Largest,
)  # fmt: skip
# What policies may inherit, in the order of the JSON Schema. What a policy is about by name is its own.
INHERITED: tuple[type[Key], ...] = (
    LocationIs, LabelsAre, LabelsRegex, AnnotationsAre, AnnotationsRegex, CreatorIs, ClientIs, ManagedBy, OlderThan, TtlExpired,
    LargerThan, Tagged, TagsMatch, AnyTag, TagsRegex, TagsSemver, VersionIs, VersionSemver, Prerelease, Unused, UnusedFor,
    Orphaned, Expr,
)  # fmt: skip
BY_NAME: Mapping[str, type[Key]] = {key.name: key for key in KEYS}


def keys_of(kind: Kind) -> tuple[type[Key], ...]:
    """The keys of a kind; an image has those of its repository first."""
    found = [key for key in KEYS if kind in key.kinds]
    if kind is Kind.IMAGE:
        found.sort(key=lambda key: Kind.REPOSITORY not in key.kinds)
    return tuple(found)
