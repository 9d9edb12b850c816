"""Measuring a dry run of an organization: 1,000 projects, most of which use neither Cloud Run nor Artifact Registry."""

from collections.abc import Mapping
from pathlib import Path

from bench.quotas import swept_counting

PROJECTS, IN_USE, FOLDERS, REGIONS = 1000, 50, 20, 40
_APIS = {"ListRunLocations": "run", "ListLocations": "artifactregistry"}
POLICIES = """\
version: 1
scope: {organization: "1"}
limits: {max_deletions: 1000000, max_share: 100%, max_monthly_value: 1000000 USD, max_unpriced: 1000000}
policies:
  - {name: stale-images, kind: artifact.image, when: {older_than: 30d}, keep: {latest: 3}}
"""


def world_file() -> str:
    """Projects in use have a service and a repository in the first of 40 regions; in the others both APIs are
    disabled."""
    folders = ", ".join(f'"{100 + number}": {{}}' for number in range(FOLDERS))
    regions = f"[{', '.join(f'place-{number}' for number in range(REGIONS))}]"
    words = "generate: [{count: 200, packages: 5, size: 50MB, from: 400d ago, tag_every: 10}]"
    used = (
        f"locations: {regions}, artifact_locations: {regions},"
        " run: {place-0: {services: {web: {image: docker.io/library/web}}}},"
        f" artifact_registry: {{place-0: {{repositories: {{r: {{{words}}}}}}}}}"
    )
    lines = [
        f"  {'used' if number < IN_USE else 'empty'}-{number}:"
        f" {{parent: folders/{100 + number % FOLDERS}, cloud_asset: true, {used if number < IN_USE else ''}}}"
        for number in range(PROJECTS)
    ]
    rules = [
        f"  - {{rpc: {rpc}, project: 'empty-*', permission_denied: {{reason: SERVICE_DISABLED,"
        f" metadata: {{service: {api}.googleapis.com}}}}}}"
        for rpc, api in _APIS.items()
    ]
    return "\n".join(
        (
            "latency: {default: 100ms, projects: 300ms, asset: 1s}",
            f'organization: {{id: "1", folders: {{{folders}}}}}',
            "projects:",
            *lines,
            "trouble:",
            *rules,
            "",
        )
    )


def measure_organization(folder: Path, env: Mapping[str, str]) -> str:
    """What a dry run of the organization costs, and the calls that it sends, the most frequent first."""
    world, policies = folder / "organization-world.yaml", folder / "organization.yaml"
    world.write_text(world_file(), encoding="utf-8")
    policies.write_text(POLICIES, encoding="utf-8")
    flags = ["--dry-run", "--policies", str(policies), "--out", str(folder / "organization.json")]
    cost, counted = swept_counting(world, flags, env)
    calls = sorted(counted["calls"].items(), key=lambda each: -each[1])
    return (
        f"organization of {PROJECTS:,} projects, {IN_USE} in use: {cost.wall:.1f} s, {cost.cpu:.1f} s CPU,"
        f" {cost.rss / 2**20:.0f} MiB, {sum(count for _, count in calls):,} calls\n  "
        + ", ".join(f"{rpc} {count:,}" for rpc, count in calls)
    )
