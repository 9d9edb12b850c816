"""World files and policy files at random, for whole sweeps over the emulator.

They hold what docs/emulator.md says that real registries show. A world follows from its seed.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from random import Random

from janitor.emulator import digest
from janitor.emulator.repository import WorldImage, WorldRepository
from janitor.emulator.world import parse

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


UPSTREAMS = (
    "common: projects/p/locations/us-central1/repositories/r",
    "custom: 'https://us-central1-docker.pkg.dev/p/r'",
    "custom: 'https://registry-1.docker.io'",
)
# How listings behave, and what of it is a feature. Nothing of this changes what is deleted.
HARMLESS = {
    "an item twice within a page": ("rpc: 'List*', repeat: true",),
    "an item twice on two pages": ("rpc: 'List*', page_size: 2", "rpc: 'List*', repeat: {place: end}"),
    "two copies whose tags differ": (
        "rpc: ListDockerImages, repeat: {place: end, without: [tags], first: FIRST}",
    ),
    "two copies whose times differ": ("rpc: 'List*', repeat: {earlier: 300d, first: FIRST}",),
    "short pages with offsets": ("rpc: 'List*', page_size: 3", "rpc: 'List*', offset_tokens: true"),
}
BEYOND = 253_402_300_800  # the first second that protobuf's Timestamp does not allow
UNREADABLE = (
    f"rpc: ListDockerImages, rewrite: {{item: '*/r/*@sha256:[0-7]*', field: upload_time, value: {BEYOND}}}",
    f"rpc: ListVersions, rewrite: {{item: '*@team*', field: create_time, value: {BEYOND}}}",
    f"rpc: ListJobs, rewrite: {{item: '*/once', field: update_time, value: {BEYOND}}}",
    "rpc: ListServices, rewrite: {item: '*/old', field: name, value: nonsense}",
)


@dataclass(frozen=True)
class RandomWorld:
    """A world, policies for it, and how its listings and operations behave: `behaviour` names the features."""

    text: str
    policies: str
    rules: tuple[str, ...]
    behaviour: frozenset[str]

    @property
    def harmless(self) -> bool:
        """Whether the rules hide nothing: the same is decided as without them."""
        return not self.behaviour & {"a row that cannot be read"}

    @property
    def features(self) -> frozenset[str]:
        """All that the world has of SWEPT_FEATURES; parses it."""
        return self.behaviour | stored_features(parse(self.text)[0].repositories.values())


def random_world(seed: int) -> RandomWorld:
    """The world of a seed."""
    dice = Random(seed)
    text, policies = world_file(dice), policy_file(dice)
    behaviour: set[str] = set()
    if seed % 2:
        # another dice, so that the rest of the world is what it would be without
        text = text.replace("  p:\n", f"  p:\n    {_cluster(Random(-seed))}\n", 1)
        behaviour.add("a cluster that uses images")
    rules: tuple[str, ...] = ()
    draw = dice.randint(0, 9)
    if draw < 5:
        name = dice.choice(tuple(HARMLESS))
        rules = tuple(rule.replace("FIRST", dice.choice(("true", "false"))) for rule in HARMLESS[name])
        behaviour.add(name)
    elif draw == 5:
        rules = (dice.choice(UNREADABLE),)
        behaviour.add("a row that cannot be read")
    elif draw == 6:
        behaviour.add("an image pushed between two pages")
    elif draw == 7:
        behaviour.add("an operation that never ends")
    return RandomWorld(text, policies, rules, frozenset(behaviour))


def _any(has: Callable[[WorldRepository, WorldImage], bool]) -> Callable[[WorldRepository], bool]:
    return lambda repository: any(has(repository, image) for image in repository.images.values())


def _subjects(repository: WorldRepository, image: WorldImage) -> int:
    """How many attachments are stored as it."""
    name = repository.version_name(image.key)
    return sum(each.oci_version_name == name for each in repository.attachments.values())


STORED = {
    "a child of an index that has a tag": _any(
        lambda repository, image: bool(image.tags and repository.holders.get(image.key))
    ),
    "an index without a size": _any(lambda _, image: bool(image.children) and not image.size),
    "a referrer whose subject is not known": _any(
        lambda repository, image: bool(image.artifact_type) and not _subjects(repository, image)
    ),
    "a referrer of another image": _any(lambda repository, image: _subjects(repository, image) > 0),
    "an artifact about several images": _any(lambda repository, image: _subjects(repository, image) > 1),
    "an update later than the upload": _any(lambda _, image: (image.updated or 0) > (image.uploaded or 0)),
    "a signature": _any(lambda _, image: any(tag.startswith("sha256-") for tag in image.tags)),
    "a remote repository with an upstream of ours": lambda repository: (
        "/p/" in str(repository.message.remote_repository_config)
    ),
    "a virtual repository": lambda repository: repository.message.mode == 2,
    "immutable tags": lambda repository: repository.message.docker_config.immutable_tags,
}


def stored_features(repositories: Collection[WorldRepository]) -> frozenset[str]:
    """The features of repositories and of the images in them."""
    return frozenset(name for name, has in STORED.items() if any(map(has, repositories)))


SWEPT_FEATURES = (
    *STORED,
    *HARMLESS,
    "a row that cannot be read",
    "an image pushed between two pages",
    "an operation that never ends",
    "a cluster that uses images",
)


def world_file(dice: Random) -> str:
    """One project: services with revisions, jobs with executions, a worker pool, four repositories."""
    immutable = dice.choice(("true", "false", "false"))
    return f"""\
operations: {{delay: 0s}}
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
{"".join(_passing_on(dice))}"""


WORKLOADS = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "PodTemplate")
CONTAINERS = ("containers", "init_containers", "ephemeral_containers")


def _cluster(dice: Random) -> str:
    """A cluster whose workloads name images in any of their containers, templates without replicas among them."""
    found = []
    for number in range(dice.randint(0, 4)):
        kind, one = dice.choice(WORKLOADS), _uri(dice, dice.choice(("r", "q")))
        lists = dice.choice(CONTAINERS)
        main = "" if lists == "containers" else "containers: [nginx], "
        facts = f"kind: {kind}, name: w{number}, created: {dice.choice(AGES)}d ago, {main}{lists}: ['{one}']"
        idle = ", replicas: 0" if kind in WORKLOADS[1:3] and dice.randint(0, 1) else ""
        found.append(f"{{{facts}{idle}}}")
    return f"gke: {{us-central1-a: {{prod: {{workloads: [{', '.join(found)}]}}}}}}"


def _passing_on(dice: Random) -> Iterator[str]:
    """Repositories that serve what others hold."""
    if dice.randint(0, 2) == 0:
        yield f"          cache: {{{OLD}, mode: remote, upstream: {{{dice.choice(UPSTREAMS)}}}}}\n"
    if dice.randint(0, 2) == 0:
        upstreams = ", ".join(f"projects/p/locations/us-central1/repositories/{each}" for each in ("r", "q"))
        yield f"          all: {{{OLD}, mode: virtual, upstreams: [{upstreams}]}}\n"


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
    repository = dice.choice((repository, repository, repository, "cache", "all"))
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
        ages = {label: dice.choice(AGES) for label in labels}
        held: set[str] = set()
        for place, label in enumerate(labels):
            children = [each for each in labels[place + 1 :] if dice.randint(0, 8) == 0]
            age = ages[label]
            ages |= {child: max(age, ages[child]) for child in children}  # they are pushed before their index
            held.update(children)
            facts = [f"package: {package}", f"digest: {label}"]
            if not children or dice.randint(0, 1):
                facts.append(f"size: {dice.choice((1, 50, 300))}MB")
            facts.append(f"uploaded: {age}d ago")
            if dice.randint(0, 5) == 0 and label not in held:
                facts.append(f"updated: {age // 2}d ago")
            facts.append(f"children: [{', '.join(children)}]")
            facts.append(f"tags: [{', '.join(tags[label])}]")
            facts += _referring(dice, labels[:place]) if not children else []
            yield "{" + ", ".join(facts) + "}"


def _referring(dice: Random, others: list[str]) -> list[str]:
    """Mostly nothing; else an artifact type, and what it is about: nothing that is known, or another image."""
    draw = dice.randint(0, 11)
    if draw == 0:
        return ["artifact_type: application/vnd.unknown"]
    if draw in (1, 2) and others:
        about = dice.sample(others, min(draw, len(others)))
        return ["artifact_type: application/vnd.example", f"subject: [{', '.join(about)}]"]
    return []


def _packages(dice: Random) -> Iterator[str]:
    for name in ("web", "@team/ui"):
        versions = []
        for id_ in _some(dice, "1.0.0", "1.2.3", "1.2.4", "2.0.0-rc.1", "2.0.0"):
            tags = f"{dice.choice(('next', 'stable'))}-{id_}" if dice.randint(0, 3) == 0 else ""
            versions.append(
                f"{{version: {id_}, created: {dice.choice(AGES)}d ago, size: 1MB, tags: [{tags}]}}"
            )
        yield f"'{name}': {{created: 90d ago, updated: 90d ago, versions: [{', '.join(versions)}]}}"
