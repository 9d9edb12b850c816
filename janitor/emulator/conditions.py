"""Conditions, in the shapes that real replies have (facts 1.3 and 1.7)."""

from typing import Any

from google.cloud import run_v2

from janitor.emulator.reader import Value
from janitor.emulator.repository import stamp

PENDING, RECONCILING, FAILED, SUCCEEDED = 1, 2, 3, 4
ERROR, WARNING, INFO = 1, 2, 3
RETIRED, HEALTH_CHECK_CONTAINER_ERROR = 3, 6
CANCELLED = 3
_STATES = {"succeeded": SUCCEEDED, "failed": FAILED, "cancelled": FAILED, "running": RECONCILING}
_COMPLETION = {SUCCEEDED: 1, FAILED: 2, RECONCILING: 3}  # run/v2/job.proto:501-540
_CANCELLED = 5
_RevisionReason: Any = run_v2.Condition.RevisionReason
_CommonReason: Any = run_v2.Condition.CommonReason
_NOT_LISTENING = (
    "Revision '{}' is not ready and cannot serve traffic. The user-provided container failed to start and "
    "listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout. "
    "This can happen when the container port is misconfigured or if the timeout is too short. The health "
    "check timeout can be extended. Logs for this revision might contain more information."
)


def ready_of(message: Any) -> Any:
    """The Ready condition of a revision."""
    return next(condition for condition in message.conditions if condition.type_ == "Ready")


def is_ready(revision: Any) -> bool:
    ready = ready_of(revision)
    return bool(ready.state == SUCCEEDED and ready.revision_reason != RETIRED)


def revision(message: Any, state: str, fields: dict[str, Value], since: Any) -> None:
    """`ready`, `failed`, `retired` or `deploying`. A revision has no terminal_condition."""
    if state == "ready":
        _add(message, since, "Ready", SUCCEEDED)
        _add(message, since, "Active", SUCCEEDED, severity=INFO)
        _add(message, since, "ContainerHealthy", SUCCEEDED)
        _add(message, since, "ResourcesAvailable", SUCCEEDED)
    elif state == "retired":
        _add(message, since, "Ready", SUCCEEDED, revision_reason=RETIRED)
        _add(message, since, "Active", FAILED, severity=INFO, revision_reason=RETIRED)
        _add(message, since, "ResourcesAvailable", RECONCILING, revision_reason=RETIRED)
        _add(message, since, "MinInstancesProvisioned", FAILED, severity=INFO)
    elif state == "failed":
        why = _why(message, fields)
        _add(message, since, "Ready", FAILED, **why)
        _add(message, since, "ContainerHealthy", FAILED, **why)
    else:
        _add(message, since, "Ready", RECONCILING)


def retire(message: Any, now: float) -> None:
    """A revision is retired at this moment."""
    stamp(message.update_time, now)
    del message.conditions[:]
    revision(message, "retired", {}, message.update_time)


def service(message: Any, newest: Any, failed: bool, fields: dict[str, Value]) -> None:
    """terminal_condition, with RoutesReady FAILED and ConfigurationsReady SUCCEEDED for a failed one."""
    terminal = message.terminal_condition
    terminal.type_ = "Ready"
    terminal.last_transition_time.CopyFrom(message.update_time)
    terminal.state = FAILED if failed else SUCCEEDED
    if failed:
        ready = ready_of(newest)
        why = _why(newest, fields) if ready.state != FAILED else _reason_of(ready)
        for key, value in why.items():
            setattr(terminal, key, value)
    _add(message, message.update_time, "RoutesReady", FAILED if failed else SUCCEEDED)
    _add(message, message.update_time, "ConfigurationsReady", SUCCEEDED)


def simple(message: Any, kind: str, fields: dict[str, Value]) -> None:
    """A job, pool or instance: all is well with it, or it says `state: failed`."""
    terminal = message.terminal_condition
    terminal.type_ = kind
    terminal.state = SUCCEEDED
    terminal.last_transition_time.CopyFrom(message.update_time)
    if "state" in fields and fields["state"].choice(("ready", "failed")) == "failed":
        terminal.state = FAILED
        for key, value in (_why(message, fields) if "reason" in fields else {}).items():
            setattr(terminal, key, value)


def execution(message: Any, state: str) -> None:
    """`succeeded`, `failed`, `cancelled` (failed for the reason CANCELLED) or `running`."""
    why = {"execution_reason": CANCELLED} if state == "cancelled" else {}
    _add(message, message.update_time, "Completed", _STATES[state], **why)
    setattr(message, f"{state}_count", 1)


def completion(message: Any) -> int:
    """The ExecutionReference.CompletionStatus of an execution."""
    done = message.conditions[0]
    return _CANCELLED if done.execution_reason == CANCELLED else _COMPLETION[done.state]


def _reason_of(condition: Any) -> dict[str, Any]:
    which = condition.WhichOneof("reasons")
    return {"message": condition.message} | ({which: getattr(condition, which)} if which else {})


def _why(message: Any, fields: dict[str, Value]) -> dict[str, Any]:
    """The reason in the oneof where it belongs, and Google's own message for the commonest."""
    name = fields["reason"].text() if "reason" in fields else "HEALTH_CHECK_CONTAINER_ERROR"
    text = fields["message"].text() if "message" in fields else ""
    if not text and name == "HEALTH_CHECK_CONTAINER_ERROR":
        text = _NOT_LISTENING.format(message.name.rpartition("/")[2])
    if name in _RevisionReason.__members__:
        return {"message": text, "revision_reason": int(_RevisionReason[name])}
    if name in _CommonReason.__members__:
        return {"message": text, "reason": int(_CommonReason[name])}
    return fields["reason"].fail(f"{name!r} is no reason of google.cloud.run.v2.Condition")


def _add(owner: Any, since: Any, kind: str, state: int, /, **more: Any) -> None:
    condition = owner.conditions.add(type_=kind, state=state, **more)
    condition.last_transition_time.CopyFrom(since)
