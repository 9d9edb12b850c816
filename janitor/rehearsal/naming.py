"""What a test calls things, and what Google calls them: names, digests of labels, image references."""

import hashlib
import re
from collections.abc import Mapping

from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.text import show

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SECTIONS = {
    Kind.SERVICE: "services", Kind.REVISION: "revisions", Kind.JOB: "jobs", Kind.EXECUTION: "executions",
    Kind.WORKER_POOL: "worker_pools",
    Kind.REPOSITORY: "repositories", Kind.IMAGE: "images", Kind.VERSION: "versions",
    Kind.PACKAGE: "packages", Kind.TAG: "tags",
}  # fmt: skip


def names_of(kind: Kind, short: str, holder: str = "") -> tuple[str, ...]:
    """What `expect` may call a thing: its short name, that after its section, that after its holder."""
    return (short, f"{_SECTIONS[kind]}/{short}", *([f"{holder}/{short}"] if holder else []))


def digest_of(label: str) -> str:
    """The digest that a label stands for; a digest stands for itself."""
    return label if _DIGEST.fullmatch(label) else f"sha256:{hashlib.sha256(label.encode()).hexdigest()}"


def split_image(name: str) -> tuple[str, str]:
    """``team/app@old`` as package and label; ValueError."""
    package, at, label = name.rpartition("@")
    if not at or not package or not label:
        raise ValueError(
            f"{show(name)} is no image: write PACKAGE@LABEL, such as app@old; a label stands for a digest"
        )
    return package, label


def reference(written: str, repositories: Mapping[str, RepositoryName]) -> str:
    """An image as a workload names it: of a repository of the test, or whole as docker pulls it.

    ``REPOSITORY/PACKAGE@LABEL`` and ``REPOSITORY/PACKAGE:TAG`` become what Cloud Run would say. ValueError
    where the first part is neither such a repository nor a host.
    """
    first, _, rest = written.partition("/")
    if first in repositories:
        package, at, label = rest.rpartition("@")
        return f"{repositories[first].uri}/{f'{package}@{digest_of(label)}' if at else rest}"
    if "." in first and rest:
        return written
    known = ", ".join(repositories) or "none"
    raise ValueError(
        f"{show(written)} begins with no repository of this test (there are {known}) and no host"
    )
