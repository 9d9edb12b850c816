"""Applies against an emulator that enforces quotas: the rate, the 429s, and what was lost."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import Cost, run
from bench.world import LOCATION, PROJECT

_LIMITS = "max_deletions: 10000000, max_share: 100%, max_monthly_value: 100000000 USD, max_unpriced: 10000000"
# At least this share of the quota is used, and at most this share of the deletes, or so many, are refused.
USED, REFUSED, FEW = 0.95, 0.01, 3


@dataclass(frozen=True, slots=True)
class QuotaCase:
    """What is deleted under which quota (a key of the world file and its number), and how long a call takes."""

    title: str
    services: int
    images: int
    tagged: bool
    quota: tuple[str, int]
    latency: str

    def world(self) -> str:
        """The world file. Each image is old enough, and each service failed."""
        each = "{updated: 9d ago, state: failed, image: docker.io/library/gone}"
        services = ", ".join(f"s{number}: {each}" for number in range(self.services))
        user = "user: {image: docker.io/library/user}"
        images = f"count: {self.images}, packages: 5, package: 'app-{{n}}', size: 50MB, from: 400d ago, to: 40d ago"
        tags = ", tag: 'v{n}', tag_every: 1" if self.tagged else ""
        repositories = f"apps: {{generate: [{{{images}{tags}}}]}}" if self.images else ""
        return (
            f"operations: {{delay: 10ms}}\nquota: {{{self.quota[0]}: {self.quota[1]}}}\n"
            f"trouble: [{{rpc: '*', latency: {self.latency}}}]\n"
            f"projects:\n  {PROJECT}:\n    locations: [{LOCATION}]\n    artifact_locations: [{LOCATION}]\n"
            f"    run: {{{LOCATION}: {{services: {{{services}{', ' if services else ''}{user}}}}}}}\n"
            f"    artifact_registry: {{{LOCATION}: {{repositories: {{{repositories}}}}}}}\n"
        )


# Minutes of quota each, so that a burst at the beginning does not decide.
SERVICES_30 = QuotaCase("60 services", 60, 0, False, ("run_writes", 30), "50ms")
SERVICES_180 = QuotaCase("540 services", 540, 0, False, ("run_writes", 180), "50ms")
TAGGED = QuotaCase("1,000 tagged images", 0, 1000, True, ("artifact_deletes", 600), "200ms")
UNTAGGED = QuotaCase("9,000 untagged images", 0, 9000, False, ("artifact_deletes", 3000), "50ms")
DOCUMENTED = QuotaCase("9,000 tagged images", 0, 9000, True, ("artifact_deletes", 18_000), "0ms")
CASES = (SERVICES_30, SERVICES_180, TAGGED, UNTAGGED, DOCUMENTED)

POLICIES = f"""\
version: 1
scope: {{projects: [{PROJECT}]}}
limits: {{{_LIMITS}}}
policies:
  - {{name: failed, kind: run.service, when: {{status: failed, older_than: 24h}}}}
  - {{name: stale, kind: artifact.image, when: {{older_than: 7d}}}}
"""


def measure_quotas(cases: tuple[QuotaCase, ...], folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """A row of the table for each case."""
    yield (
        f"{'applies under a quota':24}{'a minute':>9}{'latency':>9}{'deletes':>9}{'rate':>9}{'used':>7}{'429s':>6}"
        f"{'lost':>6}{'wall s':>8}{'CPU s':>7}"
    )
    (folder / "policies.yaml").write_text(POLICIES, encoding="utf-8")
    for case in cases:
        yield _row(case, folder, env)


def _row(case: QuotaCase, folder: Path, env: Mapping[str, str]) -> str:
    world = folder / "quota.yaml"
    world.write_text(case.world(), encoding="utf-8")
    (folder / "quota.db").unlink(missing_ok=True)
    sweep = ["--apply", "--policies", str(folder / "policies.yaml"), "--out", str(folder / "quota.json")]
    ledger = {"JANITOR_DATABASE_URL": f"sqlite:///{folder / 'quota.db'}"}
    cost, used = swept_counting(world, sweep, {**env, **ledger})
    rate = used["deletes"] * 60 / used["span"] if used["span"] else 0.0
    share = rate / case.quota[1]
    lost = used["left"] - (1 if case.services or case.images else 0)
    few = used["refused"] <= max(FEW, used["deletes"] * REFUSED)
    verdict = "met" if share >= USED and few and not lost else "NOT met"
    return (
        f"{case.title:24}{case.quota[1]:>9,}{case.latency:>9}{used['deletes']:>9,}{rate:>9,.0f}{share:>7.0%}"
        f"{used['refused']:>6}{lost:>6}{cost.wall:>8.1f}{cost.cpu:>7.1f}   {verdict}"
    )


def swept_counting(world: Path, flags: list[str], env: Mapping[str, str]) -> tuple[Cost, dict[str, Any]]:
    """A sweep with these flags against an emulator in another process, and what that one counted."""
    command = [sys.executable, "-m", "bench.quota_server", str(world)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(env)
    ) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("the emulator has no pipes")
        variables = dict(server.stdout.readline().strip().partition("=")[::2] for _ in range(2))
        sweep = [sys.executable, "-m", "janitor", "sweep", "--quiet", "--format", "json", *flags]
        cost = run(sweep, {**env, **variables})
        server.stdin.close()
        return cost, json.loads(server.stdout.readline())
