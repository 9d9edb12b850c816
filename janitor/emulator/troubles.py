"""The `trouble:` list of a world file, read into rules."""

from collections.abc import Callable, Collection
from fnmatch import fnmatchcase
from typing import Any

import grpc
from google.rpc import error_details_pb2

from janitor.emulator.errors import RefusedCall, denied
from janitor.emulator.listing import Listing, Repeat, items, items_field
from janitor.emulator.reader import Value
from janitor.emulator.rpcs import names, served
from janitor.emulator.trouble import REPEATED, Rule
from janitor.emulator.units import seconds
from janitor.emulator.wellknown import Duration, Timestamp

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
    rule.error = RefusedCall(grpc.StatusCode.RESOURCE_EXHAUSTED, message, *details)


def _error(rule: Rule, value: Value) -> None:
    rule.error = _refusal(value)


def _code(code: grpc.StatusCode, message: str) -> Callable[[Rule, Value], None]:
    def read(rule: Rule, value: Value) -> None:
        value.flag()
        rule.error = RefusedCall(code, message)

    return read


def _fail_page(rule: Rule, value: Value) -> None:
    rule.page = value.integer()
    rule.error = RefusedCall(grpc.StatusCode.INTERNAL, f"page {rule.page} failed half-way")


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


def _refusal(value: Value) -> RefusedCall:
    fields = value.fields("code", "message")
    if "code" not in fields:
        value.fail("`code` is missing")
    code = grpc.StatusCode[fields["code"].choice(_CODES)]
    return RefusedCall(code, fields["message"].text() if "message" in fields else "said the world file")


def _page_size(rule: Rule, value: Value) -> None:
    rule.listing = Listing(page_size=value.integer())


def _offset_tokens(rule: Rule, value: Value) -> None:
    rule.listing = Listing(offset_tokens=value.flag())


def _repeat(rule: Rule, value: Value) -> None:
    """`true`: every item comes twice in a row, both alike."""
    if not value.is_mapping():
        rule.listing = Listing(repeat=Repeat()) if value.flag() else None
        return
    fields = value.fields("item", "place", "without", "earlier", "first")
    without = fields["without"].items() if "without" in fields else []
    for each in without:
        _check_field(rule, each, _fields(rule))
    rule.listing = Listing(
        repeat=Repeat(
            item=fields["item"].text() if "item" in fields else "*",
            place=fields["place"].choice(("next", "end")) if "place" in fields else "next",
            without=tuple(each.text() for each in without),
            earlier=seconds(fields["earlier"]) if "earlier" in fields else 0.0,
            first=fields["first"].flag() if "first" in fields else False,
        )
    )


def _omit(rule: Rule, value: Value) -> None:
    rule.listing = Listing(omit=value.text())


def _empty_pages(rule: Rule, value: Value) -> None:
    rule.listing = Listing(empty_pages=value.flag())


def _rewrite(rule: Rule, value: Value) -> None:
    """Another content of one field, in replies and in the items of listings; of a time its epoch seconds."""
    fields = value.fields("item", "field", "value")
    for key in ("field", "value"):
        if key not in fields:
            value.fail(f"`{key}` is missing")
    _check_field(rule, fields["field"], {key for key, kind in _fields(rule).items() if _is_written(kind)})
    field, content = fields["field"].text(), fields["value"]
    item = fields["item"].text() if "item" in fields else "*"

    def reply(_: Any, __: Any, message: Any) -> None:
        listed = "next_page_token" in message.DESCRIPTOR.fields_by_name
        for each in items(message) if listed else [message]:
            if fnmatchcase(each.name, item) and field in each.DESCRIPTOR.fields_by_name:
                _set(each, field, content)

    rule.reply = reply


def _set(message: Any, field: str, content: Value) -> None:
    kind = message.DESCRIPTOR.fields_by_name[field]
    if kind.message_type:
        getattr(message, field).seconds = content.integer()
    else:
        setattr(message, field, content.text())


def _is_written(kind: Any) -> bool:
    """Whether the field is one text, or one time."""
    if kind.message_type:
        return kind.message_type is Timestamp.DESCRIPTOR
    return isinstance(kind.default_value, str)


def _fields(rule: Rule) -> dict[str, Any]:
    """The fields of every message that the RPCs of the rule read or list."""
    found: dict[str, Any] = {}
    for method in served():
        if fnmatchcase(method.name, rule.rpc) and method.name.startswith(("List", "Get", "Search")):
            message = method.response.DESCRIPTOR
            if "next_page_token" in message.fields_by_name:
                message = items_field(method.response).message_type
            found.update(message.fields_by_name)
    return found


def _check_field(rule: Rule, value: Value, known: Collection[str]) -> None:
    if value.text() not in known:
        value.fail(f"{rule.rpc} has no field {value.text()!r}; known: {', '.join(sorted(known))}")


def _latency(rule: Rule, value: Value) -> None:
    rule.latency = seconds(value)


def _hang(rule: Rule, value: Value) -> None:
    rule.hang = value.flag()


def _change(rule: Rule, value: Value) -> None:
    """What happens to a resource before the call is answered; the called one where no `target` is."""
    fields = value.fields("do", "target", "tag")
    if "do" not in fields:
        value.fail("`do` is missing")
    do = fields["do"].choice(("touch", "serve", "remove", "set_tag", "push"))
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
    "page_size": _page_size,
    "offset_tokens": _offset_tokens,
    "repeat": _repeat,
    "omit": _omit,
    "empty_pages": _empty_pages,
    "rewrite": _rewrite,
    "never_ends": _never_ends,
    "no_response": _no_response,
    "operation_error": _operation_error,
    "latency": _latency,
    "hang": _hang,
    "change": _change,
}
