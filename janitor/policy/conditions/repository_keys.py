"""What policies read of the repository alone, for whatever it holds: images, packages, versions and tags."""

from collections.abc import Collection

from janitor.kinds.managers import managers_of_repository
from janitor.model.kinds import Kind
from janitor.model.resources import Repository
from janitor.policy.conditions.keys import (
    FormatIs,
    Key,
    LabelsAre,
    LabelsRegex,
    LocationIs,
    ManagedBy,
    RepositoryIs,
    all_found,
)
from janitor.policy.conditions.patterns import labels_match, matcher
from janitor.policy.conditions.truth import Truth, truth


def of_repository(key: Key, repository: Repository) -> Truth | None:
    """The answer to a key where the repository alone gives it, YES or NO; None where it does not."""
    match key:
        case LocationIs(globs):
            return truth(matcher(globs)(repository.name.location))
        case RepositoryIs(globs):
            return truth(matcher(globs)(repository.name.repository))
        case LabelsAre(labels):
            return truth(all(labels_match(labels, repository.labels)))
        case LabelsRegex(expressions):
            return truth(all_found(expressions, repository.labels))
        case ManagedBy(managers):
            return truth(not managers_of_repository(repository).isdisjoint(managers))
        case FormatIs(formats):
            return truth(repository.format.lower() in formats)
        case _:
            return None


def repository_fields(kind: Kind, repository: Repository, asked: Collection[str]) -> dict[str, object]:
    """The fields of `resource` in an `expr` that are the same for all of the kind in a repository, as far
    as they are asked for."""
    name = repository.name
    found: dict[str, object] = {
        "kind": kind.value,
        "repository": name.repository,
        "format": repository.format.lower(),
        "project": name.project,
        "location": name.location,
        "labels": dict(repository.labels),
        "managed_by": sorted(map(str, managers_of_repository(repository))),
    }
    return {field: value for field, value in found.items() if field in asked}
