"""What is in use, written again from the rules (R2, R16), plainly and slowly, as an oracle.

Nothing of janitor's own reading of references or families is used here.
"""

from collections.abc import Collection, Iterable, Mapping

from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Mode, Repository
from tests.laws.deciding import images_in
from tests.laws.worlds import World

Known = tuple[RepositoryName, str, str]


def in_use(world: World, gone: Collection[str]) -> set[Known]:
    """Repository, package and digest of all that what remains after `gone` needs."""
    remaining = [each for each in _written(world) if each[0] not in gone]
    return _closed(world, _named(world, remaining))


def users(world: World, gone: Collection[str], of: Known) -> set[str]:
    """The names in `gone` that need an image, at any remove."""
    written = [(name, image) for name, image in _written(world) if name in gone]
    return {each[0] for each in written if of in _closed(world, _named(world, [each]))}


def _written(world: World) -> list[tuple[str, str]]:
    held = world.workloads.by_kind.values()
    written = [(str(holder.name), image) for holders in held for holder in holders for image in holder.images]
    return written + [("file", image) for image in world.policies.protect.references]


def tags_in_use(world: World, gone: Collection[str]) -> set[str]:
    """Google's names of the tags by which what remains after `gone` names an image."""
    return {name for user, image in _written(world) if user not in gone for name in _tags_named(world, image)}


def tag_users(world: World, gone: Collection[str], tag: str) -> set[str]:
    """The names in `gone` that name an image by this tag."""
    return {user for user, image in _written(world) if user in gone and tag in _tags_named(world, image)}


def _tags_named(world: World, text: str) -> set[str]:
    read = _read(text)
    if read is None or not read[2]:
        return set()
    name, package, tag, _ = read
    # what is pulled is an image, whatever else is called so
    seen = {each.name: each for each in world.repositories if each.format == "DOCKER"}
    places = _sources(seen, {(each, package) for each in _meant(seen, name)})
    return {place.tag(inside, tag) for place, inside in places or {(each, package) for each in seen}}


def _named(world: World, references: Iterable[tuple[str, str]]) -> set[Known]:
    running = {str(each.name) for each in world.workloads.of(Kind.EXECUTION) if each.completion_time is None}
    found: set[Known] = set()
    for user, text in references:
        if text.startswith("sha256:"):
            found |= _everywhere(world, text)
        elif read := _read(text):
            found |= _resolved(world, *read, running=user in running)
    return found


def _everywhere(world: World, digest: str) -> set[Known]:
    return {
        (place, image.package, digest)
        for place in world.contents
        for image in images_in(world, place)
        if image.digest == digest
    }


def _read(text: str) -> tuple[RepositoryName, str, str, str] | None:
    """Repository, package, tag and digest; None of another registry's."""
    if "pkg.dev/" not in text and not text.startswith("gcr.io/"):
        return None
    path, _, digest = text.partition("@")
    head, _, tag = path.partition(":")
    host, project, *rest = head.split("/")
    if host == "gcr.io":
        name, package = RepositoryName(project, "us", "gcr.io"), "/".join(rest)
    else:
        name = RepositoryName(project, host.removesuffix("-docker.pkg.dev"), rest[0])
        package = "/".join(rest[1:])
    return name, package, tag or ("" if digest else "latest"), digest


def _resolved(
    world: World, name: RepositoryName, package: str, tag: str, digest: str, running: bool
) -> set[Known]:
    seen = {each.name: each for each in world.repositories}
    places = _sources(seen, {(each, package) for each in _meant(seen, name)})
    certain = bool(places)
    remote = any(seen[place].mode is Mode.REMOTE for place, _ in places)
    places = places or {(each, package) for each in seen}
    found: set[Known] = _everywhere(world, digest) if digest and (remote or not certain) else set()
    for place, inside in places:
        images = [i for i in images_in(world, place) if i.package == inside]
        bearing = [i for i in images if tag in i.tags]
        if not digest and (running or not certain or not bearing):
            bearing = images
        found |= {
            (place, inside, i.digest) for i in [*bearing, *images] if i in bearing or i.digest == digest
        }
    return found


def _meant(seen: Mapping[RepositoryName, Repository], name: RepositoryName) -> set[RepositoryName]:
    """Itself, or whoever is called so in that place where its project is a number; none that was seen."""
    if name in seen or not name.project.isdecimal():
        return {name} & seen.keys()
    return {each for each in seen if (each.location, each.repository) == (name.location, name.repository)}


def _sources(
    seen: Mapping[RepositoryName, Repository], places: set[tuple[RepositoryName, str]]
) -> set[tuple[RepositoryName, str]]:
    """These and what virtual and remote ones get from elsewhere, at any depth: repository and package."""
    more: set[tuple[RepositoryName, str]] = set()
    for place, package in places:
        for upstream in seen[place].upstreams if seen[place].mode is Mode.VIRTUAL else ():
            more |= {(each, package) for each in _meant(seen, upstream)}
        if seen[place].mode is Mode.REMOTE and seen[place].upstream_uri:
            read = _read(f"{seen[place].upstream_uri}/{package}")
            more |= {(each, read[1]) for each in _meant(seen, read[0])} if read else set()
    return places if more <= places else _sources(seen, places | more)


def _closed(world: World, named: set[Known]) -> set[Known]:
    upwards, downwards = _edges(world)
    return _spread(_spread(named, upwards), downwards)


def _edges(world: World) -> tuple[set[tuple[Known, Known]], set[tuple[Known, Known]]]:
    up: set[tuple[Known, Known]] = set()
    down: set[tuple[Known, Known]] = set()
    for place in world.contents:
        contents = world.contents[place]
        for image in images_in(world, place):
            key = (place, image.package, image.digest)
            for child in image.children:
                up.add(((place, image.package, child), key))
                down.add((key, (place, image.package, child)))
            attached = contents.subjects.get((image.package, image.digest), ())  # type: ignore[union-attr]
            signed = [f"sha256:{tag[7:-4]}" for tag in image.tags if tag.startswith("sha256-")]
            for about in {*attached, *signed}:
                down.add(((place, image.package, about), key))
    return up, down


def _spread(start: set[Known], edges: set[tuple[Known, Known]]) -> set[Known]:
    found = set(start)
    while more := {target for source, target in edges if source in found} - found:
        found |= more
    return found
