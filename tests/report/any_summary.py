"""Any summary at all, with the worst of texts in every place that a text from outside may take."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from janitor.ledger.figures import Period
from janitor.ledger.savings import Account, Saving
from janitor.model.amounts import Amount, Priced, Unpriced
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.report.data.snapshot import InGrace, Planned, Remaining, RunningService, Snapshot
from janitor.report.data.summary import Summary
from janitor.report.data.troubles import Trouble, TroubleKind
from tests.report.summaries import HOSTILE, UNTIL, deletion, snapshot

_SPIKED = st.sampled_from(
    [*HOSTILE, "&", "<", ">", "*", "_", "~", "`", ":", "@here", "<!channel>", "🙂", "\u202e", " "]
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(_SPIKED, max_size=12).map("".join),
    st.tuples(_SPIKED, st.sampled_from([100, 900])).map(lambda pair: (pair[0] * pair[1])[:900]),
)
KINDS = st.sampled_from([kind.value for kind in Kind])
_TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
_USD = st.decimals(0, 10**12, allow_nan=False, allow_infinity=False, places=9)
_COUNTS = st.integers(0, 10**9)
_BYTES = st.integers(0, 10**18)
ESTIMATES = st.one_of(st.builds(Priced, _USD, TEXTS, st.booleans()), st.builds(Unpriced, TEXTS))
AMOUNTS = st.builds(Amount, _COUNTS, _BYTES, _USD, _COUNTS, st.booleans())
ACCOUNTS = st.builds(Account, AMOUNTS, _USD, _USD, _COUNTS)
TROUBLES = st.builds(Trouble, st.sampled_from(TroubleKind), TEXTS, TEXTS, TEXTS)
PLANNED = st.builds(Planned, KINDS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, _BYTES, ESTIMATES, st.just("planned"))
RUNNING = st.builds(
    RunningService,
    st.one_of(TEXTS, TEXTS.map(lambda name: f"projects/p/locations/l/services/{name}")).filter(
        lambda n: "/" in n
    ),
    TEXTS,
    st.sampled_from(["failed", "degraded", "serving"]),
    ESTIMATES,
    TEXTS,
    st.none() | _TIMES,
)
WAITING = st.builds(InGrace, KINDS, TEXTS, TEXTS, TEXTS, _TIMES, st.booleans())
REMAINING = st.builds(Remaining, KINDS, st.sampled_from([reason.value for reason in KeepReason]), _COUNTS)


def _many(of: st.SearchStrategy, most: int = 60) -> st.SearchStrategy:
    """Few, or the same few over and over: many, without the cost of drawing each."""
    few = st.lists(of, max_size=4)
    return st.tuples(few, st.sampled_from([1, most])).map(lambda pair: tuple(pair[0] * pair[1]))


def _named(of: st.SearchStrategy) -> st.SearchStrategy:
    rows = st.tuples(st.lists(st.tuples(TEXTS, of), max_size=4), st.sampled_from([1, 60]))
    return rows.map(
        lambda pair: tuple(
            (f"{name}{number or ''}", value) for number in range(pair[1]) for name, value in pair[0]
        )
    )


def _savings() -> st.SearchStrategy:
    return st.lists(
        st.tuples(KINDS, TEXTS, TEXTS, TEXTS, TEXTS, _USD, st.booleans()).map(
            lambda f: Saving(
                deletion(1, kind=f[0], name=f[1], policy=f[2], reason=f[3], owner=f[4], upper_bound=f[6]),
                f[5],
            )
        ),
        max_size=5,
    ).map(tuple)


@st.composite
def _snapshots(draw: st.DrawFn) -> Snapshot:
    return snapshot(
        mode=draw(st.sampled_from(["dry-run", "apply"])),
        refusals=draw(_many(st.tuples(TEXTS, TEXTS), 2)),
        left=draw(AMOUNTS),
        by_policy=draw(_named(AMOUNTS)),
        by_owner=draw(_named(AMOUNTS)),
        largest=draw(_many(PLANNED, 12)),
        services=draw(_many(RUNNING)),
        kept=draw(_many(REMAINING, 2)),
        waiting=draw(_many(WAITING, 12)),
        waited=draw(_COUNTS),
    )


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    """One that a ledger might come to, or might not."""
    return Summary(
        period=Period(draw(st.none() | _TIMES), UNTIL),
        horizon=timedelta(days=365),
        troubles=draw(_many(TROUBLES, 12)),
        saved=draw(ACCOUNTS),
        in_all=draw(ACCOUNTS),
        savers=draw(_savings()),
        by_policy=draw(_named(ACCOUNTS)),
        by_owner=draw(_named(ACCOUNTS)),
        course=(),
        snapshot=draw(st.none() | _snapshots()),
        foot=draw(_many(TEXTS, 4)),
    )
