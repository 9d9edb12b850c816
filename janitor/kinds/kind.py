"""Kinds that can be deleted: the table of all kinds, and the source of docs/kinds.md."""

from collections.abc import Mapping
from types import ModuleType

from janitor.kinds import (
    execution,
    image,
    job,
    package,
    repository,
    revision,
    service,
    tag,
    version,
    worker_pool,
)
from janitor.model.kinds import Kind

# Each module says IS, AGES_FROM, READ_PERMISSIONS and DELETE_PERMISSIONS.
KINDS: Mapping[Kind, ModuleType] = {
    Kind.SERVICE: service,
    Kind.REVISION: revision,
    Kind.JOB: job,
    Kind.EXECUTION: execution,
    Kind.WORKER_POOL: worker_pool,
    Kind.IMAGE: image,
    Kind.VERSION: version,
    Kind.TAG: tag,
    Kind.PACKAGE: package,
    Kind.REPOSITORY: repository,
}
