"""A CEL expression about an image: what is the same for a whole repository is put together once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from janitor.kinds.image import image_since
from janitor.model.kinds import Kind
from janitor.model.resources import Image, Repository
from janitor.policy.cel_text import tokens
from janitor.policy.expression import Failures, test_of
from janitor.policy.repository_keys import repository_fields
from janitor.policy.truth import AGE_UNKNOWN, SIZE_UNKNOWN, Test, Truth
from janitor.policy.values import Expr

_READ: dict[str, Callable[[Image], object]] = {
    "name": lambda image: image.package,
    "digest": lambda image: image.digest,
    "tags": lambda image: list(image.tags),
    "size_bytes": lambda image: image.size_bytes,
    "artifact_type": lambda image: image.artifact_type,
}


def image_expression(expr: Expr, repository: Repository, now: float, failures: Failures) -> Test[Image]:
    """The expression as a test of this repository's images; only the fields that it names are read.

    An age or a size that it asks for and that is not known is its answer (R5).
    """
    asked = {token.text for token in tokens(expr.text)}
    per_image = [(field, read) for field, read in _READ.items() if field in asked]
    constants = repository_fields(Kind.IMAGE, repository, asked)
    moment = datetime.fromtimestamp(now, UTC)

    def unknown(image: Image) -> Truth | None:
        if "age" in asked:
            since = image_since(image)
            if since is None or not 0 < since <= now:
                return AGE_UNKNOWN
        return SIZE_UNKNOWN if "size_bytes" in asked and image.size_bytes <= 0 else None

    def read(image: Image) -> dict[str, object]:
        resource = constants | {field: get(image) for field, get in per_image}
        variables: dict[str, object] = {"resource": resource, "now": moment}
        if "age" in asked:
            variables["age"] = timedelta(seconds=now - (image_since(image) or now))
        return variables

    return test_of(expr, failures, unknown, read)
