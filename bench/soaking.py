"""The daemon that is soaked: as `janitor daemon`, but a sweep is due every second, and each second it says
on stdout what it holds. Run by bench/soak.py."""

import asyncio
import json
import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from apscheduler.triggers.interval import IntervalTrigger

from janitor.cli import main
from janitor.daemon import wiring
from janitor.daemon.schedule import ScheduleTimes
from janitor.policy.model import Cron

_PAGE = os.sysconf("SC_PAGE_SIZE")


class EverySecond(ScheduleTimes):
    """A sweep each second, whatever the policy file says; reports as it says."""

    def trigger(self, cron: Cron, timezone: str, jitter: timedelta) -> Any:
        """As ScheduleTimes; the first call begins the sampling."""
        if not any(thread.name == "soak" for thread in threading.enumerate()):
            loop = asyncio.get_running_loop()
            threading.Thread(target=_sample, args=(loop,), name="soak", daemon=True).start()
        usual = super().trigger(cron, timezone, jitter)
        return IntervalTrigger(seconds=1) if cron.hours == (3,) else usual


def _sample(loop: asyncio.AbstractEventLoop) -> None:
    begin = time.monotonic()
    while True:
        time.sleep(1)
        links = [_target(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
        held = {
            "second": int(time.monotonic() - begin),
            "tasks": len(asyncio.all_tasks(loop)),
            "threads": threading.active_count(),
            "files": len(links),
            "sockets": sum(link.startswith("socket:") for link in links),
            "rss": int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE,
        }
        print(json.dumps(held), flush=True)


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


if __name__ == "__main__":
    wiring.ScheduleTimes = EverySecond  # type: ignore[misc]
    sys.argv = ["janitor", "daemon", "--apply"]
    main()
