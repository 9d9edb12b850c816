"""The demo's project over eight weeks: deploys go on, janitor applies each week, and both clocks are set."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from janitor.emulator.emulator import Emulator
from janitor.emulator.naming import digest, uid
from janitor.emulator.repository import WorldImage, WorldRepository
from janitor.emulator.state import World
from janitor.emulator.world import merge
from tests.browser.world import ROOT
from tests.sweep.stepping import Days, said

WEEKS, _PAGE = 8, "weeks.html"
_DEMO = ROOT / "janitor" / "demo"
_REGION = "projects/xai-community/locations/asia-northeast3"
_WEB = f"{_REGION}/repositories/web"
_SERVICES = "projects:\n  xai-community:\n    run:\n      asia-northeast3:\n        services:\n"
_REGISTRY = "asia-northeast3-docker.pkg.dev/xai-community"
# What is deployed before the sweep of each week: previews, most of which idle until their fourteen days are over.
_PREVIEWS: Mapping[int, Mapping[str, str]] = {
    1: {
        "pr-140": "updated: 9d ago, min_instances: 1, cpu: 1, memory: 512Mi, labels: {env: preview, team: api}"
    },
    2: {
        "pr-144": "updated: 10d ago, min_instances: 1, cpu: 1, memory: 1Gi, labels: {env: preview, team: web}"
    },
    4: {
        # a pipeline deploys it again, though its branch is merged
        "pr-118": "updated: 12d ago, min_instances: 1, cpu: 1, memory: 512Mi, labels: {env: preview, team: api}",
        "pr-151": "updated: 8d ago, min_instances: 2, cpu: 1, memory: 512Mi, labels: {env: preview, team: data}",
    },
    6: {
        "pr-163": "updated: 9d ago, min_instances: 1, cpu: 2, memory: 2Gi, labels: {env: preview, team: api}"
    },
    7: {
        "pr-170": "updated: 7d2h ago, min_instances: 1, cpu: 1, memory: 512Mi, labels: {env: preview, team: web}"
    },
}


def report_of_weeks(folder: Path) -> Path:
    """The HTML report of the last seven days, after a sweep each week and a dry run now, all by janitor's own commands.

    It is made in a process of its own, in which nothing else has an event loop.
    """
    command = [sys.executable, "-m", "tests.browser.weeks", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    return folder / _PAGE


def main() -> None:
    """Write the report into the folder that is given."""
    folder = Path(sys.argv[1])
    with pytest.MonkeyPatch.context() as patch, Days().kept_by_janitor(patch) as days:
        days.pass_by(days=-7 * WEEKS)
        world = World(now=days.now(), clock=days.now)
        merge(world, (_DEMO / "world.yaml").read_text(encoding="utf-8"))
        (folder / "policies.yaml").write_bytes((_DEMO / "policies.yaml").read_bytes())
        with Emulator(world, []) as google:
            for name, value in _environment(google, folder).items():
                patch.setenv(name, value)
            patch.chdir(folder)
            for week in range(WEEKS):
                _deploy(world, week, days.now())
                # the last one is of yesterday
                days.pass_by(days=0 if week < WEEKS - 1 else 6)
                _run("sweep", "--apply", "--quiet", "--limit", "max_share=100%")
                days.pass_by(days=7 if week < WEEKS - 1 else 1)
            _run("sweep", "--dry-run", "--quiet")
            _run("report", "--format", "html", "--since", "7d", "--out", _PAGE)


def _deploy(world: World, week: int, now: datetime) -> None:
    """The previews of a week, and three images of web. Layers are shared, so less is billed than images sum up to."""
    with world.lock:
        world.now = now
        for name, facts in _PREVIEWS.get(week, {}).items():
            merge(world, f"{_SERVICES}          {name}: {{{facts}, image: {_REGISTRY}/api/api@api-23}}\n")
            # a service that is created again is another one
            world.run["services"][f"{_REGION}/services/{name}"].uid = uid(f"{name} of week {week}")
        web = world.repositories[_WEB]
        for number in range(41 + 3 * week, 44 + 3 * week):
            _push(web, "web", number, now - timedelta(days=2 * (43 + 3 * week - number)))
        if week == WEEKS - 1:
            # what a pipeline of a month ago built: it is due on the day of the report
            for number in range(28):
                _push(web, "web-ci", number, now - timedelta(days=14, hours=2 + number % 20))
        web.message.size_bytes = sum(image.size for image in web.images.values()) * 4 // 5


def _push(repository: WorldRepository, package: str, number: int, at: datetime) -> None:
    name, when = digest(f"{package}-{number}"), at.timestamp()
    size = 165_000_000 + 7_000_000 * (number % 5)
    repository.add(WorldImage(package, name, (f"r{number}",), size, when, when))


def _environment(google: Emulator, folder: Path) -> Mapping[str, str]:
    return {
        "JANITOR_EMULATOR_HOST": google.host,
        "JANITOR_EMULATOR_HTTP": google.http,
        "JANITOR_DATABASE_URL": f"sqlite:///{folder / 'weeks.db'}",
        "JANITOR_LOG_LEVEL": "ERROR",
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_STATE_HOME": str(folder / "state"),
    }


def _run(*words: str) -> None:
    code, _, err = said(*words)
    if code:
        raise RuntimeError(f"janitor {' '.join(words)} ended with {code}: {err}")


if __name__ == "__main__":
    main()
