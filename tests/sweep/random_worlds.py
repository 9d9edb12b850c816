"""World files and policy files at random, for whole sweeps over the emulator."""

from collections.abc import Iterator
from random import Random

from janitor.emulator import digest

TAGS = ("latest", "v1", "v1.2.3", "v1.2.4", "v2.0.0", "pr-1", "pr-2", "keep-me")
AGES = (1, 5, 9, 20, 40, 90)
OLD = "created: 200d ago, updated: 100d ago"
POLICIES = (
    "{name: failed, kind: run.service, when: {status: failed, older_than: 2d}}",
    "{name: previews, kind: run.service, when: {name: 'pr-*', status: [serving, failed], older_than: 7d}}",
    "{name: retired, kind: run.revision, when: {status: retired, older_than: 3d}, keep: {latest: 1}}",
    "{name: rolled, kind: run.revision, when: {older_than: 3d}, keep: {rollback: 1}}",
    "{name: jobs, kind: run.job, when: {older_than: 30d}}",
    "{name: runs, kind: run.execution, when: {older_than: 10d}, keep: {latest: 1}}",
    "{name: pools, kind: run.worker_pool, when: {older_than: 30d}}",
    "{name: stale, kind: artifact.image, when: {older_than: 7d}, keep: {latest: 1}}",
    "{name: untagged, kind: artifact.image, when: {tagged: false, older_than: 2d}}",
    "{name: pr, kind: artifact.image, when: {tags: 'pr-*'}}",
    "{name: semver, kind: artifact.image, when: {repository: r, older_than: 2d}, keep: {latest: 1, per: {semver: minor}}}",
    "{name: big, kind: artifact.image, when: {largest: 2, older_than: 2d}}",
    "{name: cel, kind: artifact.image, when: {expr: \"resource.name == 'app' && age > duration('100h')\"}}",
    "{name: tags, kind: artifact.tag, when: {tags: ['pr-*', 'next-*', v1]}}",
    "{name: packages, kind: artifact.package, when: {older_than: 20d}}",
    "{name: app, kind: artifact.package, when: {name: app, repository: r, older_than: 3d}}",
    "{name: versions, kind: artifact.version, when: {older_than: 8d}, keep: {latest: 1}}",
    "{name: all-versions, kind: artifact.version, when: {repository: libs, older_than: 8d}}",
    "{name: source, kind: artifact.repository, when: {name: cloud-run-source-deploy, unused: true, older_than: 1d}}",
    "{name: repositories, kind: artifact.repository, when: {name: ['r*', q], unused: true, older_than: 1d}}",
)


def policy_file(dice: Random) -> str:
    """Some of the policies above, in any order, and limits that let all of it pass."""
    chosen = [each for each in POLICIES if dice.randint(0, 2) == 0] or [dice.choice(POLICIES)]
    dice.shuffle(chosen)
    protect = "protect: {tags: [keep-me]}\n" if dice.randint(0, 1) else ""
    return (
        "version: 1\nscope: {projects: [p]}\n"
        "limits: {max_deletions: 1000000, max_share: 100%, max_monthly_value: 1000000 USD, max_unpriced: 1000000}\n"
        f"{protect}policies:\n" + "".join(f"  - {each}\n" for each in chosen)
    )


def world_file(dice: Random) -> str:
    """One project: services with revisions, jobs with executions, a worker pool, four repositories."""
    immutable = dice.choice(("true", "false", "false"))
    return f"""\
operations: {{delay: 1ms}}
projects:
  p:
    locations: [us-central1]
    artifact_locations: [us-central1]
    run:
      us-central1:
        services: {{{", ".join(_services(dice))}}}
        jobs: {{{", ".join(_jobs(dice))}}}
        worker_pools: {{{", ".join(_pools(dice))}}}
        instances: {{user: {{image: docker.io/library/user}}}}
    artifact_registry:
      us-central1:
        repositories:
          r: {{{OLD}, images: [{", ".join(_images(dice))}]}}
          q: {{{OLD}, immutable_tags: {immutable}, images: [{", ".join(_images(dice))}]}}
          cloud-run-source-deploy: {{{OLD}, images: [{", ".join(_images(dice))}]}}
          libs: {{{OLD}, format: NPM, packages: {{{", ".join(_packages(dice))}}}}}
"""


def _some(dice: Random, *items: str) -> list[str]:
    return dice.sample(items, dice.randint(0, len(items)))


def _services(dice: Random) -> Iterator[str]:
    for name in _some(dice, "web", "api", "old", "pr-7"):
        failed = dice.randint(0, 2) == 0
        facts = [f"created: 90d ago, updated: {dice.choice((1, 40))}d ago, image: '{_uri(dice, 'r')}'"]
        if failed:
            facts.append("state: failed")
        elif dice.randint(0, 1):
            revisions = ", ".join(_revision(dice, name, place) for place in range(dice.randint(1, 4)))
            facts.append(f"revisions: [{revisions}]")
        yield f"{name}: {{{', '.join(facts)}}}"


def _revision(dice: Random, of: str, place: int) -> str:
    state = "retired" if place else "ready"
    return f"{{name: {of}-{place:05}, created: {place * 9 + 1}d ago, state: {state}, image: '{_uri(dice, 'r')}'}}"


def _jobs(dice: Random) -> Iterator[str]:
    for name in _some(dice, "nightly", "once"):
        runs = ", ".join(
            f"{{name: {name}-{n}, created: {n * 20 + 2}d ago, completed: {n * 20 + 1}d ago,"
            f" state: {dice.choice(('succeeded', 'failed'))}}}"
            for n in range(dice.randint(0, 3))
        )
        yield f"{name}: {{{OLD}, image: '{_uri(dice, 'r')}', executions: [{runs}]}}"


def _pools(dice: Random) -> Iterator[str]:
    if dice.randint(0, 1):
        yield f"pool: {{{OLD}, instances: {dice.choice((0, 0, 1))}, image: '{_uri(dice, 'q')}'}}"


def _uri(dice: Random, repository: str) -> str:
    """By digest, by tag, or by neither; what it names may not be there."""
    package = dice.choice(("app", "team/api"))
    one = f"{package[0]}{dice.randint(0, 8)}"
    tag = dice.choice(TAGS)
    what = dice.choice((f"@{one}", f":{tag}", f":{tag}@{digest(one)}", ""))
    return f"us-central1-docker.pkg.dev/p/{repository}/{package}{what}"


def _images(dice: Random) -> Iterator[str]:
    """Plain ones, indexes within indexes with shared children, and signatures of the first of a package."""
    for package in ("app", "team/api"):
        labels = [f"{package[0]}{n}" for n in range(dice.randint(0, 8))]
        tags: dict[str, list[str]] = {label: [] for label in labels}
        for tag in TAGS if labels else ():
            if dice.randint(0, 2):
                tags[dice.choice(labels)].append(tag)
        for end, label in zip(
            (".sig", ".att", ""), dice.sample(labels[1:], min(3, len(labels[1:]))), strict=False
        ):
            if dice.randint(0, 2) == 0:
                tags[label].append(digest(labels[0]).replace(":", "-") + end)
        for place, label in enumerate(labels):
            children = [each for each in labels[place + 1 :] if dice.randint(0, 8) == 0]
            yield (
                f"{{package: {package}, digest: {label}, size: {dice.choice((1, 50, 300))}MB,"
                f" uploaded: {dice.choice(AGES)}d ago, children: [{', '.join(children)}],"
                f" tags: [{', '.join(tags[label])}]}}"
            )


def _packages(dice: Random) -> Iterator[str]:
    for name in ("web", "@team/ui"):
        versions = []
        for id_ in _some(dice, "1.0.0", "1.2.3", "1.2.4", "2.0.0-rc.1", "2.0.0"):
            tags = f"{dice.choice(('next', 'stable'))}-{id_}" if dice.randint(0, 3) == 0 else ""
            versions.append(
                f"{{version: {id_}, created: {dice.choice(AGES)}d ago, size: 1MB, tags: [{tags}]}}"
            )
        yield f"'{name}': {{created: 90d ago, updated: 90d ago, versions: [{', '.join(versions)}]}}"
