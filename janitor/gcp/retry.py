"""How often, how long and after which errors a call to Google is tried again.

api_core's own AsyncRetry ignores RetryInfo and hides the last error in a RetryError; generated clients
take any decorator as `retry=` and as `timeout=` (google.api_core.gapic_v1.method), so here are two.
"""

import asyncio
import functools
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from google.api_core.exceptions import (
    BadGateway,
    GatewayTimeout,
    GoogleAPICallError,
    InternalServerError,
    ServiceUnavailable,
    TooManyRequests,
)
from google.rpc.error_details_pb2 import RetryInfo

from janitor.gcp import budgets

P = ParamSpec("P")
R = TypeVar("R")

# gRPC's RESOURCE_EXHAUSTED is a TooManyRequests, DEADLINE_EXCEEDED a GatewayTimeout (api_core.exceptions).
_PUSHED_BACK = (TooManyRequests, ServiceUnavailable)
_TRANSIENT = (*_PUSHED_BACK, GatewayTimeout, InternalServerError, BadGateway)


@dataclass(frozen=True, slots=True)
class CallBackoff:
    """Tries a call again after the errors in `on`, sleeping with full jitter, until the budget is spent.

    All in seconds. The n-th sleep is drawn from [0, min(longest, first * 2^n)]; what Google asks for by
    RetryInfo is slept on top of it. Once the next sleep would end after `budget` seconds from the first
    attempt, or `outage` seconds from the first of a row of errors that are no 429, the last error is
    raised as itself.
    """

    on: tuple[type[Exception], ...]
    budget: float
    outage: float
    first: float = 1.0
    longest: float = 20.0
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    draw: Callable[[float, float], float] = random.uniform

    def __call__(self, call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        """The same call, tried again."""

        @functools.wraps(call)
        async def tried_again(*args: P.args, **kwargs: P.kwargs) -> R:
            limit, last = self.first, self.clock() + self.budget
            down_since: float | None = None
            while True:
                try:
                    return await call(*args, **kwargs)
                except self.on as error:
                    now, pause = self.clock(), asked_pause(error) + self.draw(0.0, limit)
                    pushed_back = isinstance(error, TooManyRequests)
                    down_since = None if pushed_back else now if down_since is None else down_since
                    end = last if down_since is None else min(last, down_since + self.outage)
                    if now + pause > end:
                        raise
                await self.sleep(pause)
                limit = min(limit * 2, self.longest)

        return tried_again


@dataclass(frozen=True, slots=True)
class EachAttempt:
    """A timeout in seconds that starts again for every attempt.

    A bare number would be shared by all attempts: api_core turns it into a TimeToDeadlineTimeout, which
    leaves the later ones less and less.
    """

    seconds: float

    def __call__(self, call: Callable[..., R]) -> Callable[..., R]:
        """The same call with this timeout."""
        return functools.partial(call, timeout=self.seconds)


def asked_pause(error: Exception) -> float:
    """The seconds that Google asks to wait (google.rpc.RetryInfo), zero where it says nothing.

    Over gRPC the details are messages, over REST they are objects with ``@type``.
    """
    details: Iterable[object] = error.details if isinstance(error, GoogleAPICallError) else ()
    return max((_delay(detail) for detail in details), default=0.0)


def _delay(detail: object) -> float:
    if isinstance(detail, RetryInfo):
        return max(0.0, float(detail.retry_delay.seconds) + float(detail.retry_delay.nanos) * 1e-9)
    if isinstance(detail, dict) and str(detail.get("@type", "")).endswith("google.rpc.RetryInfo"):
        text = str(detail.get("retryDelay", "")).removesuffix("s")
        return float(text) if text.replace(".", "", 1).isdecimal() else 0.0
    return 0.0


# Any, for the clients are annotated with AsyncRetry, though they ask no more than a decorator.
# Reads change nothing: whatever may pass is tried again.
READ_RETRY: Any = CallBackoff(on=_TRANSIENT, budget=budgets.READ, outage=budgets.READ_OUTAGE)
READ_TIMEOUT = EachAttempt(budgets.READ_ATTEMPT)
PRICES_RETRY: Any = CallBackoff(on=_TRANSIENT, budget=budgets.PRICES, outage=budgets.PRICES_OUTAGE)
# After DEADLINE_EXCEEDED or INTERNAL a delete may have happened: it is not sent again unread (R22).
# After a 429 it waits for another turn, and what it deletes is read again (R53).
DELETE_RETRY: Any = CallBackoff(on=(ServiceUnavailable,), budget=budgets.DELETE, outage=budgets.DELETE_OUTAGE)
PUT_BACK_RETRY: Any = CallBackoff(on=_PUSHED_BACK, budget=budgets.PUT_BACK, outage=budgets.DELETE_OUTAGE)
DELETE_TIMEOUT = EachAttempt(budgets.DELETE_ATTEMPT)
