"""The parts that Cloud Run's messages share: conditions, containers, times, quantities."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from google.cloud import run_v2

from janitor.model.resources import Condition, Container, State


def enum_names(enum: Any) -> Mapping[int, str]:
    """The names of a Google enum by number; numbers that a later version adds are not in it."""
    return {each.value: each.name for each in enum}


_REASONS: Mapping[str, Mapping[int, str]] = {
    "reason": enum_names(run_v2.Condition.CommonReason),
    "revision_reason": enum_names(run_v2.Condition.RevisionReason),
    "execution_reason": enum_names(run_v2.Condition.ExecutionReason),
}
_STATES = {
    number: State(name) for number, name in enum_names(run_v2.Condition.State).items() if name in list(State)
}
_QUANTITY = re.compile(
    r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?", re.ASCII
)
_SUFFIXES = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": Decimal(10**3),
    "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40),
    "Pi": Decimal(2**50), "Ei": Decimal(2**60),
}  # fmt: skip
# What a container has that asks for nothing (Cloud Run docs: configuring CPU and memory limits).
_DEFAULT_CPU, _DEFAULT_MEMORY = "1", "512Mi"
_GIB = Decimal(2**30)
# More than a container can have of anything, and little enough to calculate with.
_MOST = Decimal(10**21)
_SHOWN = 80
# What protobuf's Timestamp allows (timestamp.proto): 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799


def time_of(stamp: Any) -> datetime | None:
    """A protobuf timestamp; None where it is unset, at the epoch or before it. ValueError: out of range."""
    if not FIRST_SECOND <= stamp.seconds <= LAST_SECOND:
        raise ValueError(f"no time can be read of {stamp.seconds} s")
    if stamp.seconds <= 0:
        return None
    return datetime.fromtimestamp(stamp.seconds, UTC).replace(microsecond=stamp.nanos // 1000)


def readable_time(stamp: Any) -> datetime | None:
    """As `time_of`, and None where it is out of range."""
    try:
        return time_of(stamp)
    except ValueError:
        return None


def quantity(text: str) -> Decimal:
    """A Kubernetes quantity (``1000m``, ``512Mi``, ``1G``, ``2``, ``1e3``); ValueError otherwise, and for one
    that no container can have."""
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise ValueError(f"not a quantity: {text[:_SHOWN]!r}")
    number = Decimal(match[1])
    if match[2]:
        number *= _SUFFIXES[match[2]]
    elif match[3]:
        number = number.scaleb(int(match[3]))
    if not 0 <= number <= _MOST:
        raise ValueError(f"not the quantity of a container: {text[:_SHOWN]!r}")
    return number


def condition(message: Any) -> Condition:
    """One condition. An enum number that this version does not know reads as UNSPECIFIED, or the number."""
    held = message.WhichOneof("reasons")
    number = getattr(message, held) if held else 0
    return Condition(
        type=message.type_,
        state=_STATES.get(message.state, State.UNSPECIFIED),
        reason=_REASONS[held].get(number, str(number)) if held else "",
        message=message.message,
        last_transition_time=time_of(message.last_transition_time),
    )


def condition_of(messages: Iterable[Any], kind: str) -> Condition | None:
    """The condition of a type, None where there is none."""
    return next((condition(message) for message in messages if message.type_ == kind), None)


def container(message: Any) -> Container:
    """What a container is billed by.

    Without `resources` it is request-based; with them `cpu_idle` counts as it stands, false by
    default (k8s.min.proto, ResourceRequirements).
    """
    limits = message.resources.limits
    return Container(
        vcpu=quantity(limits.get("cpu", _DEFAULT_CPU)),
        memory_gib=quantity(limits.get("memory", _DEFAULT_MEMORY)) / _GIB,
        cpu_idle=message.resources.cpu_idle if message.HasField("resources") else True,
        gpu=int(quantity(limits.get("nvidia.com/gpu", "0"))),
    )


def images_of(*groups: Iterable[Any]) -> Iterator[str]:
    """Every image that containers name: their own, and the base that is updated under them."""
    for group in groups:
        for each in group:
            yield each.image
            yield each.base_image_uri


def named(images: Iterable[str]) -> tuple[str, ...]:
    """References as written, each once, in order; empty ones and ``scratch`` name nothing.

    ``scratch`` stands where a function or a source deployment has no image yet.
    """
    return tuple(dict.fromkeys(image for image in images if image.strip() not in ("", "scratch")))
