"""Worlds at random: workloads, repositories full of images, gaps, and policies that speak of them."""

from dataclasses import dataclass, replace
from random import Random

from hypothesis import strategies as st

from janitor.model.inventory import Gap, Workloads, merged
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import (
    Contents,
    Execution,
    Image,
    Instance,
    Job,
    LastExecution,
    Mode,
    Repository,
    Revision,
    Service,
    Traffic,
    WorkerPool,
)
from janitor.policy.values import Limits, Policies, Protect, Scope
from tests import making
from tests.laws.rules import policies
from tests.making import ago, digest

DELETABLE, READ = ("p", "q"), ("p", "q", "o")
PLACES = (("p", "us-central1"), ("p", "us"), ("q", "us-central1"), ("o", "us-central1"))
REPOSITORIES = (
    RepositoryName("p", "us-central1", "r"),
    RepositoryName("p", "us-central1", "s-prod"),
    RepositoryName("p", "us", "gcr.io"),
    RepositoryName("q", "us-central1", "cloud-run-source-deploy"),
    RepositoryName("o", "us-central1", "r"),
)
VIRTUAL = RepositoryName("p", "us-central1", "all")
NESTED = RepositoryName("p", "us-central1", "all-of-all")
UNSEEN = RepositoryName("elsewhere", "us-central1", "zz")
NUMBERED = RepositoryName("123456", "us-central1", "r")  # a project by its number: p's, q's or any
PACKAGES = ("app", "team/api")
TAGS = ("latest", "v1", "v1.2.3", "v1.2.4", "pr-1", "pr-2", "keep-me")
AGES = (None, -1.0, 0.5, 3.0, 8.0, 10.0, 10.0, 30.0, 100.0)
LABELS = (
    *[{}] * 5,
    {"env": "dev"},
    {"env": "dev"},
    {"janitor": "keep"},
    {"goog-managed-by": "cloudfunctions"},
    {"janitor-ttl": "7d"},
    {"janitor-expires": "2026-11-01"},
    {"janitor-ttl": "a-week"},
)
CREATORS = ("", "someone@example.com", "a@example.org")
ANNOTATIONS = ({}, {}, {"client": "gcloud"}, {"client": "terraform"})
SHORT_NAMES = ("web", "xai", "api-prod")


@dataclass(frozen=True)
class World:
    """What there is, what is asked, and what of it could not be read."""

    policies: Policies
    workloads: Workloads
    repositories: tuple[Repository, ...]
    contents: dict[RepositoryName, Contents | Gap]
    gaps: tuple[Gap, ...] = ()
    own: frozenset[str] = frozenset()
    selected: frozenset[str] | None = None


class Dice(Random):
    """Chance that says where it began. A world is made of some hundred throws: drawn one by one by
    hypothesis they cost thirty times as much, and came out nearly empty."""

    def __init__(self, begin: int) -> None:
        super().__init__(begin)
        self._begin = begin

    def __repr__(self) -> str:
        return f"Dice({self._begin})"


DICE = st.integers(0, 2**48).map(Dice)


def worlds(gaps: bool = False) -> st.SearchStrategy["World"]:
    """Whole worlds; with `gaps`, one thing at least could not be read."""
    return DICE.map(lambda dice: world(dice, gaps))


def world(dice: Random, gaps: bool = False) -> World:
    repositories = tuple(repository(dice, name) for name in REPOSITORIES if dice.randint(0, 2))
    contents: dict[RepositoryName, Contents | Gap] = {each.name: content(dice, each) for each in repositories}
    if dice.randint(0, 1):
        virtual = making.repository(VIRTUAL, mode=Mode.VIRTUAL, upstreams=REPOSITORIES[:2])
        nested = making.repository(
            NESTED, mode=Mode.VIRTUAL, upstreams=(VIRTUAL, dice.choice((NUMBERED, NESTED)))
        )
        repositories = tuple(sorted((*repositories, virtual, nested), key=lambda each: each.name))
    own = dice.choice((frozenset(), frozenset(), frozenset({"web"})))
    found = World(policy_file(dice), workloads(dice), repositories, contents, own=own)
    return with_gaps(dice, found) if gaps else found


def repository(dice: Random, name: RepositoryName) -> Repository:
    return making.repository(
        name,
        labels=dice.choice(LABELS),
        immutable_tags=dice.randint(0, 4) == 0,
        mode=dice.choice((Mode.STANDARD,) * 5 + (Mode.REMOTE,)),
        update_time=dice.choice((ago(days=100), ago(days=100), ago(days=1), None)),
        size_bytes=dice.choice((0, 1500, 10**9)),
    )


def content(dice: Random, of: Repository) -> Contents:
    """Images of one or two packages; digests are shared between packages and repositories."""
    images: list[Image] = []
    subjects: dict[tuple[str, str], str] = {}
    for package in PACKAGES[: dice.randint(1, 2)]:
        count = dice.randint(0, 6)
        made = [image(dice, package, place, count) for place in range(count)]
        images += _tagged(dice, made)
        for place in range(count):
            if dice.randint(0, 9) == 0:
                about = dice.randint(0, count)
                subjects[package, digest(f"i{place}")] = digest(f"i{about}")
    return Contents(images, subjects)


def image(dice: Random, package: str, place: int, count: int) -> Image:
    """Mostly a plain image; one in three holds later ones, a hostile one any."""
    days = dice.choice(AGES)
    shape = dice.randint(0, 8)
    mask = dice.randint(0, 2**count - 1) if shape < 3 else 0
    first = 0 if shape == 0 else place + 1
    children = [f"i{other}" for other in range(first, count) if mask >> other & 1]
    artifact_type = "application/x" if dice.randint(0, 7) == 0 else ""
    size = dice.choice((0, 1000, 5000))
    made = making.image(f"i{place}", days=days, package=package, size=size, children=children,
                        artifact_type=artifact_type)  # fmt: skip
    if days is not None and dice.randint(0, 5) == 0:
        made = made._replace(update_time=ago(days=days / 2).timestamp())
    return made


def _tagged(dice: Random, images: list[Image]) -> list[Image]:
    """Each tag on one image, but for one that moved while the pages were read; some are signatures."""
    if not images:
        return images
    if dice.randint(0, 7) == 0:
        moving = dice.choice(TAGS)
        for place in (0, len(images) - 1):
            images[place] = images[place]._replace(tags=tuple(sorted({*images[place].tags, moving})))
    for tag in TAGS:
        place = dice.randint(0, 2 * len(images))
        if place < len(images):
            images[place] = images[place]._replace(tags=(*images[place].tags, tag))
    if dice.randint(0, 1):
        signer, about = dice.randint(0, len(images) - 1), dice.randint(0, len(images))
        tag = digest(f"i{about}").replace(":", "-") + ".sig"
        images[signer] = images[signer]._replace(tags=(*images[signer].tags, tag))
    return images


def reference(dice: Random) -> str:
    """What a workload may write: by digest, by tag, by neither, or another registry's."""
    kind = dice.randint(0, 11)
    if kind == 0:
        return "nginx:1.27"
    repository = dice.choice((*REPOSITORIES, *REPOSITORIES, VIRTUAL, NESTED, UNSEEN, NUMBERED))
    package = dice.choice(PACKAGES)
    base = f"{repository.uri}/{package}"
    if kind < 7:
        return f"{base}@{digest(f'i{dice.randint(0, 6)}')}"
    return f"{base}:{dice.choice((*TAGS, 'gone'))}" if kind < 11 else base


def references(dice: Random) -> tuple[str, ...]:
    return tuple(reference(dice) for _ in range(dice.choice((0, 0, 0, 1, 1, 2))))


def workloads(dice: Random) -> Workloads:
    services: list[Service] = []
    revisions: list[Revision] = []
    for project, location in PLACES:
        for short in SHORT_NAMES:
            if dice.randint(0, 2) == 0:
                name = ResourceName(project, location, ("services", short))
                held = [revision(dice, name, place) for place in range(dice.randint(0, 3))]
                services.append(service(dice, name, held))
                revisions += held
    return merged(
        [
            Workloads(services=tuple(services), revisions=tuple(revisions)),
            jobs(dice),
            pools(dice),
            instances(dice),
        ]
    )


def pools(dice: Random) -> Workloads:
    """A worker pool or none in each place; one in three has instances, or may."""
    found: list[WorkerPool] = []
    held: list[Revision] = []
    for project, location in PLACES:
        if dice.randint(0, 1):
            name = ResourceName(project, location, ("workerPools", dice.choice(SHORT_NAMES)))
            revisions = [revision(dice, name, place) for place in range(dice.randint(0, 2))]
            made = making.pool(
                name.short,
                *references(dice),
                failed=dice.randint(0, 2) == 0,
                instances=dice.choice((0, 0, 0, 0, 2, None)),
                update_time=dice.choice((None, ago(days=1), ago(days=100), ago(days=100))),
                labels=dice.choice(LABELS),
                annotations=dice.choice(ANNOTATIONS),
                creator=dice.choice(CREATORS),
                reconciling=dice.randint(0, 7) == 0,
            )
            found.append(replace(made, name=name))
            held += revisions
    return Workloads(worker_pools=tuple(found), revisions=tuple(held))


def instances(dice: Random) -> Workloads:
    """An instance or none in each place, which uses images as much as any."""
    places = [place for place in PLACES if dice.randint(0, 3) == 0]
    names = [ResourceName(project, location, ("instances", "box")) for project, location in places]
    return Workloads(instances=tuple(Instance(name, references(dice)) for name in names))


def jobs(dice: Random) -> Workloads:
    """A job or none in each place, with up to three executions of every sort."""
    found: list[Job] = []
    runs: list[Execution] = []
    for project, location in PLACES:
        if dice.randint(0, 1):
            name = ResourceName(project, location, ("jobs", dice.choice(SHORT_NAMES)))
            held = [execution(dice, name, place) for place in range(dice.randint(0, 3))]
            found.append(job(dice, name, held))
            runs += held
    return Workloads(jobs=tuple(found), executions=tuple(runs))


def execution(dice: Random, of: ResourceName, place: int) -> Execution:
    state = dice.choice(("succeeded", "succeeded", "failed", "cancelled", "running"))
    days = dice.choice((3.0, 10.0, 30.0, 30.0, 100.0))
    made = making.execution(
        of.short, f"{of.short}-{place}", *references(dice), state=state, days=days, labels=dice.choice(LABELS)
    )
    return replace(
        made, name=ResourceName(of.project, of.location, (*of.path, "executions", f"{of.short}-{place}"))
    )


def job(dice: Random, name: ResourceName, executions: list[Execution]) -> Job:
    last = None
    if executions and dice.randint(0, 1):
        named = dice.choice(executions)
        ended = named.completion_time
        last = LastExecution(named.name.short, ended, ended is not None)
    made = making.job(
        name.short,
        *references(dice),
        failed=dice.randint(0, 2) == 0,
        last=last,
        update_time=dice.choice((None, ago(days=1), ago(days=30), ago(days=100), ago(days=100))),
        labels=dice.choice(LABELS),
        annotations=dice.choice(ANNOTATIONS),
        creator=dice.choice(CREATORS),
        reconciling=dice.randint(0, 7) == 0,
    )
    return replace(made, name=name)


def revision(dice: Random, service: ResourceName, place: int) -> Revision:
    short = f"{service.short}-{place}"
    made = making.revision(
        service.short,
        short,
        status=dice.choice(("retired", "retired", "failed", "active")),
        days=dice.choice((3.0, 10.0, 10.0, 30.0, 100.0)),
        labels=dice.choice(LABELS),
        images=references(dice),
    )
    return replace(
        made, name=ResourceName(service.project, service.location, (*service.path, "revisions", short))
    )


def service(dice: Random, name: ResourceName, revisions: list[Revision]) -> Service:
    """Failed, serving, degraded or deploying; latest and traffic are any of its revisions."""
    shorts = [each.name.short for each in revisions]
    chosen = dice.choice(shorts) if shorts else ""
    traffic = (Traffic(chosen, dice.choice((0, 100)), "t"),) if dice.randint(0, 2) == 0 else ()
    made = making.service(
        name.short,
        failed=bool(dice.randint(0, 1)) or not traffic,
        update_time=dice.choice((None, ago(days=1), ago(days=30), ago(days=100))),
        labels=dice.choice(LABELS),
        annotations=dice.choice(ANNOTATIONS),
        creator=dice.choice(CREATORS),
        reconciling=dice.randint(0, 7) == 0,
        multi_region=dice.randint(0, 7) == 0,
        images=references(dice),
    )
    latest = dice.choice(shorts) if shorts else ""
    return replace(made, name=name, traffic=traffic, latest_created_revision=latest)


def policy_file(dice: Random) -> Policies:
    return Policies(
        Scope(DELETABLE, dice.choice((None, None, ("us-central1",))), ("o",)),
        "dry-run",
        protections(dice),
        Limits(),
        policies(dice),
        "sha256:0",
    )


def protections(dice: Random) -> Protect:
    return Protect(
        labels=dice.choice(({}, {"janitor": "keep"})),
        names=dice.choice(((), (), (), (), ("*-prod",), ("team/*",), ("xai",))),
        tags=dice.choice(((), (), (), ("keep-*",), ("v*", "keep-*"))),
        references=tuple(reference(dice) for _ in range(dice.choice((0, 0, 0, 1)))),
    )


def with_gaps(dice: Random, world: World) -> World:
    """One more gap: a listing of Cloud Run, a list of repositories, or one repository's content."""
    kinds = ["run", "location", "list", *(["content", "inside"] if world.contents else [])]
    which = dice.choice(kinds)
    if which in ("content", "inside"):
        name = dice.choice(sorted(world.contents))
        gap = Gap(name.project, name.location, Kind.IMAGE, "403", name.repository)
        if which == "inside":
            return replace(world, gaps=(*world.gaps, gap))
        return replace(world, contents={**world.contents, name: gap})
    project, location = dice.choice(PLACES)
    gap = {
        "run": Gap(
            project,
            location,
            dice.choice((Kind.SERVICE, Kind.REVISION, Kind.JOB, Kind.EXECUTION, Kind.WORKER_POOL)),
            "503",
        ),
        "location": Gap(project, "-", Kind.RUN_LOCATION, "403"),
        "list": Gap(project, location, Kind.REPOSITORY, "403"),
    }[which]
    return replace(world, gaps=(*world.gaps, gap))
