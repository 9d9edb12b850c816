"""Worlds at random: workloads, repositories full of images, gaps, and policies that speak of them."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from janitor.model.inventory import Gap, Workloads, merged
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import (
    Contents,
    Image,
    Job,
    Mode,
    Repository,
    Revision,
    Service,
    Traffic,
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
UNSEEN = RepositoryName("elsewhere", "us-central1", "zz")
PACKAGES = ("app", "team/api")
TAGS = ("latest", "v1", "pr-1", "pr-2", "keep-me")
AGES = (None, -1.0, 0.5, 3.0, 8.0, 10.0, 10.0, 30.0, 100.0)
LABELS = ({}, {}, {"env": "dev"}, {"janitor": "keep"}, {"goog-managed-by": "cloudfunctions"})
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


@st.composite
def worlds(draw: st.DrawFn, gaps: bool = False) -> World:
    """A whole world, mostly small; with `gaps`, one thing at least could not be read."""
    repositories = tuple(draw(repository(name)) for name in REPOSITORIES if draw(st.integers(0, 2)))
    contents: dict[RepositoryName, Contents | Gap] = {each.name: draw(content(each)) for each in repositories}
    if draw(st.booleans()):
        virtual = making.repository(VIRTUAL, mode=Mode.VIRTUAL, upstreams=REPOSITORIES[:2])
        repositories = tuple(sorted((*repositories, virtual), key=lambda each: each.name))
    world = World(draw(policy_file()), draw(workloads()), repositories, contents)
    own = draw(st.sampled_from([frozenset(), frozenset(), frozenset({"web"})]))
    world = replace(world, own=own)
    return draw(with_gaps(world)) if gaps else world


@st.composite
def repository(draw: st.DrawFn, name: RepositoryName) -> Repository:
    return making.repository(
        name,
        labels=draw(st.sampled_from(LABELS)),
        immutable_tags=draw(st.integers(0, 4)) == 0,
        mode=draw(st.sampled_from((Mode.STANDARD,) * 5 + (Mode.REMOTE,))),
        update_time=draw(st.sampled_from((ago(days=100), ago(days=100), ago(days=1), None))),
        size_bytes=draw(st.sampled_from((0, 1500, 10**9))),
    )


@st.composite
def content(draw: st.DrawFn, of: Repository) -> Contents:
    """Images of one or two packages; digests are shared between packages and repositories."""
    images: list[Image] = []
    subjects: dict[tuple[str, str], str] = {}
    for package in PACKAGES[: draw(st.integers(1, 2))]:
        count = draw(st.integers(0, 6))
        made = [draw(image(package, place, count)) for place in range(count)]
        images += _tagged(draw, made)
        for place in range(count):
            if draw(st.integers(0, 9)) == 0:
                about = draw(st.integers(0, count))
                subjects[package, digest(f"i{place}")] = digest(f"i{about}")
    return Contents(images, subjects)


@st.composite
def image(draw: st.DrawFn, package: str, place: int, count: int) -> Image:
    """Mostly a plain image; one in three holds later ones, a hostile one any."""
    days = draw(st.sampled_from(AGES))
    shape = draw(st.integers(0, 8))
    mask = draw(st.integers(0, 2**count - 1)) if shape < 3 else 0
    first = 0 if shape == 0 else place + 1
    children = [f"i{other}" for other in range(first, count) if mask >> other & 1]
    artifact_type = "application/x" if draw(st.integers(0, 7)) == 0 else ""
    size = draw(st.sampled_from((0, 1000, 5000)))
    made = making.image(f"i{place}", days=days, package=package, size=size, children=children,
                        artifact_type=artifact_type)  # fmt: skip
    if days is not None and draw(st.integers(0, 5)) == 0:
        made = made._replace(update_time=ago(days=days / 2).timestamp())
    return made


def _tagged(draw: st.DrawFn, images: list[Image]) -> list[Image]:
    """Each tag on one image at most; some are signatures of others."""
    if not images:
        return images
    for tag in TAGS:
        place = draw(st.integers(0, 2 * len(images)))
        if place < len(images):
            images[place] = images[place]._replace(tags=(*images[place].tags, tag))
    if draw(st.booleans()):
        signer, about = draw(st.integers(0, len(images) - 1)), draw(st.integers(0, len(images)))
        tag = digest(f"i{about}").replace(":", "-") + ".sig"
        images[signer] = images[signer]._replace(tags=(*images[signer].tags, tag))
    return images


@st.composite
def reference(draw: st.DrawFn) -> str:
    """What a workload may write: by digest, by tag, by neither, or another registry's."""
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return "nginx:1.27"
    repository = draw(st.sampled_from((*REPOSITORIES, *REPOSITORIES, VIRTUAL, UNSEEN)))
    package = draw(st.sampled_from(PACKAGES))
    base = f"{repository.uri}/{package}"
    if kind < 7:
        return f"{base}@{digest(f'i{draw(st.integers(0, 6))}')}"
    return f"{base}:{draw(st.sampled_from((*TAGS, 'gone')))}" if kind < 11 else base


REFERENCES = st.lists(reference(), max_size=2).map(tuple)


@st.composite
def workloads(draw: st.DrawFn) -> Workloads:
    services: list[Service] = []
    revisions: list[Revision] = []
    for project, location in PLACES:
        for short in SHORT_NAMES:
            if draw(st.integers(0, 2)) == 0:
                name = ResourceName(project, location, ("services", short))
                held = [draw(revision(name, place)) for place in range(draw(st.integers(0, 3)))]
                services.append(draw(service(name, held)))
                revisions += held
    jobs = [
        Job(ResourceName("p", "us-central1", ("jobs", f"j{place}")), draw(REFERENCES))
        for place in range(draw(st.integers(0, 1)))
    ]
    return merged([Workloads(services=tuple(services), revisions=tuple(revisions), jobs=tuple(jobs))])


@st.composite
def revision(draw: st.DrawFn, service: ResourceName, place: int) -> Revision:
    short = f"{service.short}-{place}"
    made = making.revision(
        service.short,
        short,
        status=draw(st.sampled_from(("retired", "retired", "failed", "active"))),
        days=draw(st.sampled_from((3.0, 10.0, 10.0, 30.0, 100.0))),
        labels=draw(st.sampled_from(LABELS)),
        images=draw(REFERENCES),
    )
    return replace(
        made, name=ResourceName(service.project, service.location, (*service.path, "revisions", short))
    )


@st.composite
def service(draw: st.DrawFn, name: ResourceName, revisions: list[Revision]) -> Service:
    """Failed, serving, degraded or deploying; latest and traffic are any of its revisions."""
    shorts = [each.name.short for each in revisions]
    chosen = draw(st.sampled_from(shorts)) if shorts else ""
    traffic = (Traffic(chosen, draw(st.sampled_from((0, 100))), "t"),) if draw(st.integers(0, 2)) == 0 else ()
    made = making.service(
        name.short,
        failed=draw(st.booleans()) or not traffic,
        update_time=draw(st.sampled_from((None, ago(days=1), ago(days=30), ago(days=100)))),
        labels=draw(st.sampled_from(LABELS)),
        reconciling=draw(st.integers(0, 7)) == 0,
        multi_region=draw(st.integers(0, 7)) == 0,
        images=draw(REFERENCES),
    )
    latest = draw(st.sampled_from(shorts)) if shorts else ""
    return replace(made, name=name, traffic=traffic, latest_created_revision=latest)


@st.composite
def policy_file(draw: st.DrawFn) -> Policies:
    return Policies(
        Scope(DELETABLE, draw(st.sampled_from((None, None, ("us-central1",)))), ("o",)),
        "dry-run",
        draw(protections()),
        Limits(),
        draw(policies()),
        "sha256:0",
    )


@st.composite
def protections(draw: st.DrawFn) -> Protect:
    return Protect(
        labels=draw(st.sampled_from(({}, {"janitor": "keep"}))),
        names=draw(st.sampled_from(((), (), ("*-prod",), ("team/*",), ("xai",)))),
        tags=draw(st.sampled_from(((), (), ("keep-*",), ("v*", "keep-*")))),
        references=draw(st.lists(reference(), max_size=1).map(tuple)),
    )


@st.composite
def with_gaps(draw: st.DrawFn, world: World) -> World:
    """One more gap: a listing of Cloud Run, a list of repositories, or one repository's content."""
    kinds = ["run", "location", "list", *(["content"] if world.contents else [])]
    which = draw(st.sampled_from(kinds))
    if which == "content":
        name = draw(st.sampled_from(sorted(world.contents)))
        gap = Gap(name.project, name.location, Kind.IMAGE, "403", name.repository)
        return replace(world, contents={**world.contents, name: gap})
    project, location = draw(st.sampled_from(PLACES))
    gap = {
        "run": Gap(project, location, draw(st.sampled_from((Kind.SERVICE, Kind.REVISION, Kind.JOB))), "503"),
        "location": Gap(project, "-", Kind.RUN_LOCATION, "403"),
        "list": Gap(project, location, Kind.REPOSITORY, "403"),
    }[which]
    return replace(world, gaps=(*world.gaps, gap))
