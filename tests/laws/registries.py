"""Repositories at random: of docker images, and of packages and versions of other formats."""

from random import Random

from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Image, Mode, Package, Repository, Version
from tests import making
from tests.laws.places import LABELS
from tests.making import ago, digest

DOCKER = (
    RepositoryName("p", "us-central1", "r"),
    RepositoryName("p", "us-central1", "s-prod"),
    RepositoryName("p", "us", "gcr.io"),
    RepositoryName("q", "us-central1", "cloud-run-source-deploy"),
    RepositoryName("o", "us-central1", "r"),
)
OTHERS = {
    RepositoryName("p", "us-central1", "npm"): "NPM",
    RepositoryName("p", "us", "r"): "PYTHON",
    RepositoryName("q", "us-central1", "jars-prod"): "MAVEN",
    RepositoryName("q", "us", "files"): "GENERIC",
    RepositoryName("o", "us-central1", "debs"): "APT",
}
VIRTUAL = RepositoryName("p", "us-central1", "all")
NESTED = RepositoryName("p", "us-central1", "all-of-all")
UNSEEN = RepositoryName("elsewhere", "us-central1", "zz")
REMOTE = RepositoryName("p", "us-central1", "cache")
NUMBERED = RepositoryName("123456", "us-central1", "r")  # a project by its number: p's, q's or any
PACKAGES = ("app", "team/api")
OTHER_PACKAGES = ("app", "@scope/ui", "left-pad")
TAGS = (
    "latest",
    "v1",
    "v1.2.3",
    "v1.2.4",
    "pr-1",
    "pr-2",
    "keep-me",
    "v1.2.4-alpine",
    "1.2.5-rc.2",
    "20240101",
)
OTHER_TAGS = ("latest", "next", "pr-1", "keep-me", "a tag")
VERSIONS = ("1.0.0", "1.2.3", "1.2.4", "2.0.0-rc.1", "2.0.0", "1.2.3%2Bbuild", "nightly")
AGES = (None, -1.0, 0.5, 3.0, 8.0, 10.0, 10.0, 30.0, 30.0, 100.0, 100.0, 100.0)
SIZES = (0, 1000, 5000)


def repositories(dice: Random) -> tuple[Repository, ...]:
    """Some of all of them, sorted by name; those of docker may have virtual ones before them."""
    found = [repository(dice, name) for name in DOCKER if dice.randint(0, 2)]
    found += [repository(dice, name, OTHERS[name]) for name in OTHERS if dice.randint(0, 1)]
    if dice.randint(0, 1):
        found.append(making.repository(VIRTUAL, mode=Mode.VIRTUAL, upstreams=DOCKER[:2]))
        upstreams = (VIRTUAL, dice.choice((NUMBERED, NESTED, REMOTE)))
        found.append(making.repository(NESTED, mode=Mode.VIRTUAL, upstreams=upstreams))
    if dice.randint(0, 1):
        upstream = dice.choice((DOCKER[0].uri, f"{DOCKER[1].uri}/team", DOCKER[2].uri, NESTED.uri, ""))
        found.append(making.repository(REMOTE, mode=Mode.REMOTE, upstream_uri=upstream))
    return tuple(sorted(found, key=lambda each: each.name))


def repository(dice: Random, name: RepositoryName, of: str = "DOCKER") -> Repository:
    """A standard one, mostly."""
    return making.repository(
        name,
        format=of,
        labels=dice.choice(LABELS),
        immutable_tags=of == "DOCKER" and dice.randint(0, 4) == 0,
        mode=dice.choice((Mode.STANDARD,) * 5 + (Mode.REMOTE,)),
        update_time=dice.choice((ago(days=100), ago(days=100), ago(days=1), None)),
        size_bytes=dice.choice((0, 1500, 10**9)),
    )


def content(dice: Random, of: Repository) -> Contents:
    """All that a repository holds, its packages too."""
    if of.format != "DOCKER":
        shorts = [short for short in OTHER_PACKAGES if dice.randint(0, 2)]
        return Contents(packages=tuple(_package(dice, of, short, _versions(dice)) for short in shorts))
    images, subjects = _images(dice)
    shorts = sorted({image.package for image in images})
    shorts += ["empty"] if dice.randint(0, 1) else []
    return Contents(images, subjects, tuple(_package(dice, of, short) for short in shorts))


def _package(dice: Random, of: Repository, short: str, versions: tuple[Version, ...] = ()) -> Package:
    changed = _seconds(dice.choice(AGES))
    return Package(of.name.package(short), short, changed, changed, versions)


def _versions(dice: Random) -> tuple[Version, ...]:
    """Each tag on one version at most; one in three packages has none at all."""
    ids = [each for each in VERSIONS if dice.randint(0, 1)]
    tags: dict[str, list[str]] = {each: [] for each in ids}
    for tag in OTHER_TAGS if ids and dice.randint(0, 2) == 0 else ():
        tags[dice.choice(ids)].append(tag)
    return tuple(_version(dice, each, tuple(tags[each])) for each in ids) if dice.randint(0, 2) else ()


def _version(dice: Random, id_: str, tags: tuple[str, ...]) -> Version:
    made = _seconds(dice.choice(AGES))
    return Version(id_, tags, made, made, dice.choice((None, *SIZES, *SIZES)))


def _seconds(days: float | None) -> float | None:
    return None if days is None else ago(days=days).timestamp()


def _images(dice: Random) -> tuple[list[Image], dict[tuple[str, str], tuple[str, ...]]]:
    """Images of one or two packages; digests are shared between packages and repositories."""
    images: list[Image] = []
    subjects: dict[tuple[str, str], tuple[str, ...]] = {}
    for package in PACKAGES[: dice.randint(1, 2)]:
        count = dice.randint(0, 6)
        made = [image(dice, package, place, count) for place in range(count)]
        images += _tagged(dice, made)
        for place in range(count):
            if dice.randint(0, 9) == 0:
                about = {dice.randint(0, count) for _ in range(dice.choice((1, 1, 2)))}
                subjects[package, digest(f"i{place}")] = tuple(digest(f"i{each}") for each in sorted(about))
    return images, subjects


def image(dice: Random, package: str, place: int, count: int) -> Image:
    """Mostly a plain image; one in three holds later ones, a hostile one any."""
    days = dice.choice(AGES)
    shape = dice.randint(0, 8)
    mask = dice.randint(0, 2**count - 1) if shape < 3 else 0
    first = 0 if shape == 0 else place + 1
    children = [f"i{other}" for other in range(first, count) if mask >> other & 1]
    artifact_type = "application/x" if dice.randint(0, 7) == 0 else ""
    size = dice.choice(SIZES)
    made = making.image(f"i{place}", days=days, package=package, size=size, children=children,
                        artifact_type=artifact_type)  # fmt: skip
    if days is not None and dice.randint(0, 5) == 0:
        made = made._replace(update_time=ago(days=dice.choice((days / 2, min(days, 2.0)))).timestamp())
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
        if any(tag in image.tags for image in images):
            continue
        place = dice.randint(0, 2 * len(images))
        if place < len(images):
            images[place] = images[place]._replace(tags=(*images[place].tags, tag))
    if dice.randint(0, 1):
        signer, about = dice.randint(0, len(images) - 1), dice.randint(0, len(images))
        tag = digest(f"i{about}").replace(":", "-") + ".sig"
        images[signer] = images[signer]._replace(tags=(*images[signer].tags, tag))
    return images


def reference(dice: Random) -> str:
    """What a workload may write: by digest, by tag, by both or neither, or another registry's."""
    kind = dice.randint(0, 13)
    if kind == 0:
        return "nginx:1.27"
    one = digest(f"i{dice.randint(0, 6)}")
    if kind == 1:
        return one
    repository = dice.choice((*DOCKER, *DOCKER, VIRTUAL, NESTED, REMOTE, UNSEEN, NUMBERED))
    package = dice.choice((*PACKAGES, *PACKAGES, "api"))
    base = f"{repository.uri}/{package}"
    if kind < 7:
        return f"{base}@{one}"
    if kind == 7:
        return f"{base}:{dice.choice((*TAGS, 'gone'))}@{one}"
    return f"{base}:{dice.choice((*TAGS, 'gone'))}" if kind < 13 else base
