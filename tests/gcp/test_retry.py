"""Trying again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from google.api_core.exceptions import (
    DeadlineExceeded,
    GoogleAPICallError,
    InternalServerError,
    PermissionDenied,
    ResourceExhausted,
    ServiceUnavailable,
    TooManyRequests,
)

from janitor.gcp.retry import DELETE_RETRY, PUT_BACK_RETRY, READ_RETRY, CallBackoff, EachAttempt, asked_pause
from tests.gcp.conftest import Hands
from tests.gcp.google import retry_after


def backoff(hands: Hands, like: CallBackoff = READ_RETRY) -> CallBackoff:
    return replace(like, sleep=hands.sleep, clock=hands.clock, draw=lambda _, most: most)


class Call:
    """Raises each error in turn, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors: Iterator[Exception] = iter(errors)
        self.count = 0

    async def __call__(self) -> str:
        self.count += 1
        error = next(self.errors, None)
        if error:
            raise error
        return "answer"


@pytest.mark.parametrize(
    "error",
    [ServiceUnavailable("x"), ResourceExhausted("x"), DeadlineExceeded("x"), InternalServerError("x")],
)
async def test_a_read_is_tried_again_after_what_may_pass(error: Exception) -> None:
    call = Call(error, error)
    assert await backoff(Hands())(call)() == "answer"
    assert call.count == 3


async def test_the_bound_of_the_sleep_doubles_to_its_longest() -> None:
    hands = Hands()
    await backoff(hands)(Call(*[ResourceExhausted("x")] * 6))()
    assert hands.slept == [1, 2, 4, 8, 16, 20]


async def test_what_is_slept_is_drawn_from_zero_up() -> None:
    drawn: list[tuple[float, float]] = []

    def draw(least: float, most: float) -> float:
        drawn.append((least, most))
        return 0.25

    hands = Hands()
    retry = replace(READ_RETRY, sleep=hands.sleep, clock=hands.clock, draw=draw)
    await retry(Call(ServiceUnavailable("x"), ServiceUnavailable("x")))()
    assert (drawn, hands.slept) == ([(0, 1), (0, 2)], [0.25, 0.25])


async def test_never_sleeps_less_than_google_asks() -> None:
    hands = Hands()
    await backoff(hands)(Call(ResourceExhausted("slow down", details=[retry_after(30)])))()
    assert hands.slept == [31]


async def test_the_last_error_comes_as_itself_when_the_budget_is_spent() -> None:
    hands = Hands()
    with pytest.raises(ResourceExhausted):
        await backoff(hands)(Call(*[ResourceExhausted("x")] * 100))()
    assert hands.now <= READ_RETRY.budget


async def test_what_is_down_is_given_up_sooner_than_what_pushes_back() -> None:
    hands = Hands()
    with pytest.raises(ServiceUnavailable):
        await backoff(hands)(Call(*[ServiceUnavailable("x")] * 100))()
    assert hands.slept == [1, 2, 4, 8]


async def test_an_outage_counts_from_its_own_beginning() -> None:
    hands = Hands()
    storm = [ResourceExhausted("x")] * 6
    assert await backoff(hands)(Call(*storm, ServiceUnavailable("x")))() == "answer"
    assert hands.now > READ_RETRY.outage


async def test_gives_up_at_once_where_google_asks_for_more_than_the_budget() -> None:
    hands = Hands()
    with pytest.raises(ResourceExhausted):
        await backoff(hands)(Call(ResourceExhausted("x", details=[retry_after(3600)])))()
    assert hands.slept == []


async def test_a_refusal_is_not_tried_again() -> None:
    call = Call(PermissionDenied("no"))
    with pytest.raises(PermissionDenied):
        await backoff(Hands())(call)()
    assert call.count == 1


@pytest.mark.parametrize("error", [DeadlineExceeded("x"), InternalServerError("x")])
async def test_a_delete_that_may_have_happened_is_not_sent_again(error: Exception) -> None:
    call = Call(error)
    with pytest.raises(type(error)):
        await backoff(Hands(), DELETE_RETRY)(call)()
    assert call.count == 1


async def test_a_delete_that_found_nobody_is_sent_again() -> None:
    assert await backoff(Hands(), DELETE_RETRY)(Call(ServiceUnavailable("x")))() == "answer"


async def test_a_delete_that_a_quota_refused_is_read_again_before_it_is_sent_again() -> None:
    """R53: it takes another turn of its pace."""
    call = Call(TooManyRequests("x"))
    with pytest.raises(TooManyRequests):
        await backoff(Hands(), DELETE_RETRY)(call)()
    assert call.count == 1


async def test_a_429_while_reading_is_no_gap_for_half_an_hour() -> None:
    hands = Hands()
    storm = [ResourceExhausted("x", details=[retry_after(60)])] * 20
    assert await backoff(hands)(Call(*storm))() == "answer"
    assert 1500 < hands.now < READ_RETRY.budget == 1800


@pytest.mark.parametrize("error", [ServiceUnavailable("x"), TooManyRequests("x")])
async def test_a_tag_is_put_back_though_a_quota_is_used_up(error: Exception) -> None:
    assert await backoff(Hands(), PUT_BACK_RETRY)(Call(error, error))() == "answer"


@pytest.mark.parametrize(
    ("detail", "seconds"),
    [
        (retry_after(2), 2),
        ({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.5s"}, 2.5),
        ({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "soon"}, 0),
        ({"@type": "type.googleapis.com/google.rpc.Help"}, 0),
        ("text", 0),
    ],
)
def test_reads_retry_info_of_grpc_and_of_rest(detail: object, seconds: float) -> None:
    error: GoogleAPICallError = TooManyRequests("x", details=[detail])
    assert asked_pause(error) == seconds


def test_each_attempt_has_the_whole_timeout() -> None:
    assert EachAttempt(7)(lambda *, timeout: timeout)() == 7
