"""Protobuf messages of Google as no Google would send them: any field may hold anything that its type allows."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from google.longrunning.operations_pb2 import Operation
from google.protobuf.descriptor import FieldDescriptor as Field

from tests.gcp.google import TYPES, Google

PLACE = "projects/p/locations/us-central1"
REPOSITORY = f"{PLACE}/repositories/r"
DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
_IMAGES = f"{REPOSITORY}/dockerImages"
_PACKAGES = f"{REPOSITORY}/packages"
# The names that a message of each type may have.
_NAMES: Mapping[str, Sequence[str]] = {
    "Service": (f"{PLACE}/services/web", f"{PLACE}/services/api"),
    "Revision": (f"{PLACE}/services/web/revisions/web-1", f"{PLACE}/workerPools/w/revisions/w-1"),
    "Job": (f"{PLACE}/jobs/j",),
    "Execution": (f"{PLACE}/jobs/j/executions/j-1", f"{PLACE}/jobs/k/executions/k-1"),
    "WorkerPool": (f"{PLACE}/workerPools/w",),
    "Instance": (f"{PLACE}/instances/i",),
    "Repository": (REPOSITORY,),
    "DockerImage": (f"{_IMAGES}/app@{DIGEST}", f"{_IMAGES}/app@{OTHER}", f"{_IMAGES}/a%2Fb@{OTHER}"),
    "Attachment": (f"{REPOSITORY}/attachments/a",),
    "Package": (f"{_PACKAGES}/app",),
    "Version": (f"{_PACKAGES}/app/versions/{DIGEST}", f"{_PACKAGES}/app/versions/1.0.0"),
    "Tag": (f"{_PACKAGES}/app/tags/v1", f"{_PACKAGES}/app/tags/latest"),
    "File": (f"{REPOSITORY}/files/f",),
}
# The fields that name another resource.
_REFERENCES: Mapping[str, Sequence[str]] = {
    "version": _NAMES["Version"],
    "oci_version_name": _NAMES["Version"],
    "target": (_NAMES["Version"][0], _NAMES["Package"][0], REPOSITORY),
    "owner": _NAMES["Version"],
    "revision": ("web-1", _NAMES["Revision"][0]),
    "uri": ("",),
    "latest_ready_revision": _NAMES["Revision"],
    "latest_created_revision": _NAMES["Revision"],
    "repository": (REPOSITORY, f"{PLACE}/repositories/other"),
}
_ODD_NAMES = (
    "", "/", "web", "projects/p", "projects//locations//services/", f"{PLACE}/services/", f"{PLACE}/revisions/r",
    f"{PLACE}/executions/e", f"{PLACE}/services/a/b/c/revisions/r", f"{PLACE}/jobs//executions/e", f"{_PACKAGES}/",
    f"{PLACE}/repositories/", f"{_IMAGES}/@{DIGEST}", f"{_IMAGES}/app@sha256:{'/' * 63}a", f"{_IMAGES}/app@{DIGEST[:-1]}",
    f"{_PACKAGES}/a/versions/b/c", f"{_PACKAGES}/app/versions/", "projects/p/locations/../../x",
    "projects/12/locations/us-central1/services/web", f"{PLACE}/services/w\u00e9b\n\x1b[31m", f"{PLACE}/services/{'x' * 3000}",
)  # fmt: skip
_TEXTS = (
    "", "1", "512Mi", "1000m", "v1", "latest", "app", "72h", "Ready", DIGEST,
    f"us-central1-docker.pkg.dev/p/r/app@{DIGEST}", "us-central1-docker.pkg.dev/p/r/app:v1",
)  # fmt: skip
_ODD_TEXTS = (
    " ", "-1", "9e999", "1e-999", "9" * 400, "8E", "NaN", "Infinity", "\u0661", "scratch", "app@", "@", ":", "a:b@c",
    "sha256:", "\x00", "\u202e", "\U0010ffff", "e\u0301", "x\n\x1b[2J", "https://us-central1-docker.pkg.dev/v2/",
    "projects/p/x", "v" * 5000,
)  # fmt: skip
_QUANTITIES = ("cpu", "memory", "nvidia.com/gpu")
_KEYS = (*_QUANTITIES, "team", "janitor-ttl", "janitor")
# A standard docker repository, so that its images are read.
_ENUMS = {"format_": (1, 1, 1, 3), "mode": (1,)}
_SECONDS = (
    0, 1, -1, 253_402_300_799, 253_402_300_800, -62_135_596_800, -62_135_596_801, 2**63 - 1, -(2**63),
)  # fmt: skip
_NANOS = (0, 999_999_999, 1_000_000_000, -1, 2**31 - 1, -(2**31))
_INTEGERS: Mapping[int, Sequence[int]] = {
    Field.CPPTYPE_INT32: (-1, 2**31 - 1, -(2**31)),
    Field.CPPTYPE_INT64: (-1, 2**63 - 1, -(2**63)),
    Field.CPPTYPE_UINT32: (2**32 - 1,),
    Field.CPPTYPE_UINT64: (2**64 - 1,),
    Field.CPPTYPE_ENUM: (99, -1, 2**31 - 1),
}
_FLOATS = (0.0, 1.5, -1.0, 1e300, float("inf"), float("nan"))
_LAST_MONTH = int(time.time()) - 40 * 86_400
_DEEPEST = 5


@dataclass(frozen=True)
class Hostile:
    """Fills raw messages: `share` of the fields, `odd` of them with what Google would not send."""

    draw: random.Random
    share: float = 0.5
    odd: float = 0.05

    @classmethod
    def of(cls, seed: int) -> "Hostile":
        """The same for the same seed, from nearly plain to wholly odd."""
        draw = random.Random(seed)
        return cls(draw, draw.choice((0.1, 0.5, 0.9)), draw.choice((0.0, 0.002, 0.02, 0.2)))

    def message(self, kind: Any) -> Any:
        """A message of a proto-plus type, raw."""
        return self._filled(kind.pb()(), 0)

    def google(self) -> Google:
        """One that answers every call so; its operations have ended."""
        return Google({method: partial(self._reply, reply) for method, (_, reply) in TYPES.items()})

    def _reply(self, kind: Any, _: Any) -> Any:
        message = self._filled(kind(), 0)
        if isinstance(message, Operation):
            message.done = True
        return message

    def _filled(self, message: Any, depth: int) -> Any:
        kind = message.DESCRIPTOR
        for field in kind.fields:
            if field.name == "unreachable" and self.draw.random() >= self.odd:
                continue
            if field.name == "name" and kind.name in _NAMES:
                message.name = self._one(_NAMES[kind.name], _ODD_NAMES)
            elif (
                field.name in _ENUMS
                or field.name in ("version", "oci_version_name", "target")
                or (depth == 0 and field.is_repeated and field.number == 1)
                or self.draw.random() < self.share
            ):
                self._set(message, field, depth)
        return message

    def _set(self, message: Any, field: Any, depth: int) -> None:
        held = getattr(message, field.name)
        times = range(self.draw.randint(1, 3))
        if field.message_type and field.message_type.GetOptions().map_entry:
            value = field.message_type.fields_by_name["value"]
            for _ in times:
                key = self._one(_KEYS, _ODD_TEXTS)
                if value.message_type:
                    self._filled(held[key], depth + 1)
                elif key in _QUANTITIES:
                    held[key] = self._one(("1", "512Mi", "1000m", "0"), _ODD_TEXTS)
                else:
                    held[key] = self._scalar(value)
        elif field.message_type and depth < _DEEPEST:
            for each in (held.add() for _ in times) if field.is_repeated else [held]:
                self._message(each, depth)
        elif not field.message_type and field.is_repeated:
            held.extend(self._scalar(field) for _ in times)
        elif not field.message_type:
            setattr(message, field.name, self._scalar(field))

    def _message(self, message: Any, depth: int) -> None:
        message.SetInParent()
        if message.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
            message.seconds = self._one((_LAST_MONTH,), _SECONDS)
            message.nanos = self._one((0,), _NANOS)
        else:
            self._filled(message, depth + 1)

    def _scalar(self, field: Any) -> Any:
        if field.name == "next_page_token":
            return self._one(("",), ("again",))
        if field.type == Field.TYPE_BYTES:
            return self.draw.randbytes(8)
        if field.cpp_type == Field.CPPTYPE_STRING:
            return self._one(_REFERENCES.get(field.name, _TEXTS), self.draw.choice((_ODD_TEXTS, _ODD_NAMES)))
        if field.cpp_type in _INTEGERS:
            return self._one(_ENUMS.get(field.name, (0, 1, 2, 3, 4)), _INTEGERS[field.cpp_type])
        return self.draw.random() < 0.2 if field.cpp_type == Field.CPPTYPE_BOOL else self.draw.choice(_FLOATS)

    def _one(self, plain: Sequence[Any], odd: Sequence[Any]) -> Any:
        return self.draw.choice(odd if self.draw.random() < self.odd else plain)
