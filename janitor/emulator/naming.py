"""Names and ids that follow from names: digests of labels, uids, etags, parts of resource names."""

import base64
import hashlib
import re
import uuid
from urllib.parse import quote

_LABEL = re.compile(r"@([^@:/]+)$")
_PARTS = re.compile(
    r"projects/(?P<project>[^/]+)"
    r"(/locations/(?P<location>[^/]+)(/repositories/(?P<repository>[^/]+))?)?"
)


def digest(label: str) -> str:
    """`label` itself if it is a digest already, else the digest that this label stands for."""
    if label.startswith("sha256:"):
        return label
    return f"sha256:{hashlib.sha256(label.encode()).hexdigest()}"


def image_reference(text: str) -> str:
    """`…/app@label` becomes `…/app@sha256:<64 hex>`; a reference with a colon after the @ is not changed."""
    return _LABEL.sub(lambda found: f"@{digest(found[1])}", text)


def uid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def etag(name: str, generation: int) -> str:
    """Quoted, as the real ones are."""
    sum_ = hashlib.sha256(f"{name}\n{generation}".encode()).digest()[:18]
    return f'"{base64.urlsafe_b64encode(sum_).decode()}"'


def escaped(package: str) -> str:
    """A package's slashes are %2F in resource names (artifactregistry/v1/package.proto:39-41)."""
    return quote(package, safe="")


def part(resource: str, which: str) -> str:
    """The `project`, `location` or `repository` in a resource name; empty where it has none."""
    found = _PARTS.match(resource)
    return (found[which] or "") if found else ""


def short(name: str) -> str:
    """The last segment of a resource name."""
    return name.rpartition("/")[2]
