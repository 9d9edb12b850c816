"""Protobuf's well-known types, whose modules the type checker cannot look into."""

from typing import Any

from google.protobuf import any_pb2, duration_pb2, empty_pb2, timestamp_pb2

_any: Any = any_pb2
_duration: Any = duration_pb2
_empty: Any = empty_pb2
_timestamp: Any = timestamp_pb2

AnyMessage = _any.Any
Duration = _duration.Duration
Empty = _empty.Empty
Timestamp = _timestamp.Timestamp
