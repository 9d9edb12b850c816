"""Errors of the emulator: a wrong world file, and a refusal that is sent to the client."""

from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from janitor.emulator.wellknown import AnyMessage


class WorldError(ValueError):
    """The world file is wrong; the message begins with ``FILE:LINE:``."""


class RefusedCall(Exception):  # noqa: N818  it is an answer, not a fault
    """An answer with another status than OK: a code, a message and typed details."""

    def __init__(self, code: grpc.StatusCode, message: str, *details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    @property
    def number(self) -> int:
        """The code's number on the wire."""
        return int(self.code.value[0])

    def status(self) -> Any:
        """The google.rpc.Status that the trailing metadata carries."""
        status = status_pb2.Status(code=self.number, message=self.message)
        for detail in self.details:
            packed = AnyMessage()
            packed.Pack(detail)
            status.details.append(packed)
        return status


def not_found(name: str) -> RefusedCall:
    return RefusedCall(grpc.StatusCode.NOT_FOUND, f"Resource '{name}' was not found.")


def invalid(message: str) -> RefusedCall:
    return RefusedCall(grpc.StatusCode.INVALID_ARGUMENT, message)


def precondition(message: str) -> RefusedCall:
    return RefusedCall(grpc.StatusCode.FAILED_PRECONDITION, message)


def denied(
    message: str, reason: str = "", domain: str = "", metadata: dict[str, str] | None = None
) -> RefusedCall:
    """PERMISSION_DENIED, with an ErrorInfo where a reason is given."""
    info = error_details_pb2.ErrorInfo(reason=reason, domain=domain, metadata=metadata or {})
    return RefusedCall(grpc.StatusCode.PERMISSION_DENIED, message, *([info] if reason else []))
