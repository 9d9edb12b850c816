"""What every output says of a clock that is wrong, or that could not be compared with Google's (R30)."""

from datetime import datetime

from janitor.report.result import SweepResult


def clock_line(result: SweepResult) -> str | None:
    """One line with both times and what to do; None where the clock is right, or nothing was read."""
    reading = result.clock
    if reading is None or reading.may_delete:
        return None
    so = "Nothing was deleted." if result.mode == "apply" else "An apply would delete nothing."
    if reading.google is None:
        return (
            f"CLOCK NOT CHECKED: no HTTP answer from Google had a Date header. This machine's clock shows"
            f" {_shown(reading.here)}. {so} Check what stands between janitor and run.googleapis.com."
        )
    return (
        f"CLOCK WRONG: this machine's clock shows {_shown(reading.here)}, Google's shows"
        f" {_shown(reading.google)}. {so} Set the clock (with NTP, for example), then run janitor again."
    )


def _shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
