"""The `trouble:` list of a world file, read into rules."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import grpc
from google.rpc import error_details_pb2

from janitor.emulator.errors import Refused, denied
from janitor.emulator.reader import Value
from janitor.emulator.rpcs import names
from janitor.emulator.trouble import REPEATED, Rule
from janitor.emulator.units import seconds
from janitor.emulator.wellknown import Duration

_WHICH = ("rpc", "name", "project", "location", "repository", "skip", "times")
_CODES = tuple(code.name for code in grpc.StatusCode if code is not grpc.StatusCode.OK)


def read_rules(value: Value) -> list[Rule]:
    return [_rule(item) for item in value.items()]


def _rule(value: Value) -> Rule:
    fields = value.fields(*_WHICH, *KINDS)
    kinds = [key for key in KINDS if key in fields]
    if len(kinds) != 1:
        value.fail(f"needs exactly one of {', '.join(KINDS)}")
    rule = Rule()
    for key in ("rpc", "name", "project", "location", "repository"):
        if key in fields:
            setattr(rule, key, fields[key].text())
    if not any(fnmatchcase(name, rule.rpc) for name in names()):
        fields["rpc"].fail(f"there is no RPC {rule.rpc!r}; known: {', '.join(sorted(names()))}")
    for key in ("skip", "times"):
        if key in fields:
            setattr(rule, key, fields[key].integer())
    KINDS[kinds[0]](rule, fields[kinds[0]])
    return rule


def _permission_denied(rule: Rule, value: Value) -> None:
    """`true`, or the ErrorInfo to send along."""
    fields = value.fields("reason", "domain", "metadata", "message") if value.is_mapping() else {}
    rule.error = denied(
        fields["message"].text() if "message" in fields else "Permission denied by the world file.",
        fields["reason"].text() if "reason" in fields else "",
        fields["domain"].text() if "domain" in fields else "googleapis.com",
        fields["metadata"].text_map() if "metadata" in fields else None,
    )


def _resource_exhausted(rule: Rule, value: Value) -> None:
    """Google's words for it; RetryInfo where `retry_after` is written (facts, section 6)."""
    fields = value.fields("retry_after") if value.is_mapping() else {}
    details: list[Any] = [error_details_pb2.ErrorInfo(reason="RATE_LIMIT_EXCEEDED", domain="googleapis.com")]
    if "retry_after" in fields:
        delay = Duration()
        delay.FromNanoseconds(int(seconds(fields["retry_after"]) * 1e9))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    message = "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute per region'"
    rule.error = Refused(grpc.StatusCode.RESOURCE_EXHAUSTED, message, *details)


def _error(rule: Rule, value: Value) -> None:
    rule.error = _refusal(value)


def _code(code: grpc.StatusCode, message: str) -> Callable[[Rule, Value], None]:
    def read(rule: Rule, value: Value) -> None:
        value.flag()
        rule.error = Refused(code, message)

    return read


def _fail_page(rule: Rule, value: Value) -> None:
    rule.page = value.integer()
    rule.error = Refused(grpc.StatusCode.INTERNAL, f"page {rule.page} failed half-way")


def _repeat_page_token(rule: Rule, value: Value) -> None:
    """The first page for ever, each time with the same token of a next one."""
    value.flag()

    def reply(_: Any, __: Any, message: Any) -> None:
        message.next_page_token = REPEATED

    rule.reply = reply


def _unreachable(rule: Rule, value: Value) -> None:
    regions = value.texts()

    def reply(_: Any, __: Any, message: Any) -> None:
        message.unreachable.extend(regions)

    rule.reply = reply


def _never_ends(rule: Rule, value: Value) -> None:
    value.flag()
    rule.reply = _running("never", True)


def _no_response(rule: Rule, value: Value) -> None:
    value.flag()
    rule.reply = _running("respond", False)


def _operation_error(rule: Rule, value: Value) -> None:
    rule.reply = _running("error", _refusal(value))


def _running(key: str, content: Any) -> Callable[[Any, Any, Any], None]:
    def reply(world: Any, _: Any, message: Any) -> None:
        setattr(world.operations.all[message.name], key, content)

    return reply


def _refusal(value: Value) -> Refused:
    fields = value.fields("code", "message")
    if "code" not in fields:
        value.fail("`code` is missing")
    code = grpc.StatusCode[fields["code"].choice(_CODES)]
    return Refused(code, fields["message"].text() if "message" in fields else "said the world file")


def _latency(rule: Rule, value: Value) -> None:
    rule.latency = seconds(value)


def _hang(rule: Rule, value: Value) -> None:
    rule.hang = value.flag()


def _change(rule: Rule, value: Value) -> None:
    """What happens to a resource before the call is answered; the called one where no `target` is."""
    fields = value.fields("do", "target", "tag")
    if "do" not in fields:
        value.fail("`do` is missing")
    do = fields["do"].choice(("touch", "serve", "remove", "set_tag"))
    target = fields["target"].text() if "target" in fields else ""
    tag = fields["tag"].text() if "tag" in fields else "moved"

    def mutate(world: Any, called: str) -> None:
        name = target or called
        if do == "set_tag":
            world.set_tag(name, tag)
        else:
            getattr(world, do)(name)

    rule.mutate = mutate


KINDS: dict[str, Callable[[Rule, Value], None]] = {
    "permission_denied": _permission_denied,
    "resource_exhausted": _resource_exhausted,
    "unavailable": _code(grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable."),
    "internal": _code(grpc.StatusCode.INTERNAL, "Internal error encountered."),
    "error": _error,
    "fail_page": _fail_page,
    "repeat_page_token": _repeat_page_token,
    "unreachable": _unreachable,
    "never_ends": _never_ends,
    "no_response": _no_response,
    "operation_error": _operation_error,
    "latency": _latency,
    "hang": _hang,
    "change": _change,
}
