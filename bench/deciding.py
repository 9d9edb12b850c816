"""Deciding alone: `python -m bench.deciding decide|read IMAGES`, each in a process of its own.

Twenty policies with globs, regular expressions, ranges and groups of versions and one CEL expression decide
images that are made in memory, a repository at a time; `read` makes the same images and only reads the values
that deciding reads. It prints how many images, how many may go, and the CPU seconds of that part alone.
"""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Image, Mode, Repository
from janitor.policy.deciding.context import Context, DecisionInput
from janitor.policy.deciding.images import decide_images, image_rules
from janitor.policy.deciding.references import References, Usage
from janitor.policy.file.document import parse_policies

NOW = 1_795_000_000.0
EACH, PACKAGES = 50_000, 25
_DAY = 86_400.0
POLICIES = """\
version: 1
policies:
  - {name: p01, kind: artifact.image, when: {tags_regex: '^(pr|mr)-[0-9]+$', older_than: 300d}}
  - {name: p02, kind: artifact.image, when: {tags_regex: '^(feature|fix)-', older_than: 200d}}
  - {name: p03, kind: artifact.image, when: {tags_regex: '-(rc|beta)[.]?[0-9]*$', older_than: 400d}}
  - {name: p04, kind: artifact.image, when: {tags_semver: '<1', older_than: 500d}}
  - {name: p05, kind: artifact.image, when: {tags_semver: '>=1.0 <2', older_than: 700d}}
  - {name: p06, kind: artifact.image, when: {older_than: 900d}, keep: {latest: 3, per: {semver: minor}}}
  - {name: p07, kind: artifact.image, when: {older_than: 950d}, keep: {latest: 2, per: {tag: '^([a-z]+)-'}}}
  - {name: p08, kind: artifact.image, when: {tags: ["ci-*", "tmp-*"], older_than: 30d}}
  - {name: p09, kind: artifact.image, when: {tags: "nightly-*", older_than: 60d}, keep: {latest: 5}}
  - {name: p10, kind: artifact.image, when: {tagged: false, older_than: 800d}}
  - {name: p11, kind: artifact.image, when: {name: ["app-1*", "job-*"], tagged: false, older_than: 600d}}
  - {name: p12, kind: artifact.image, when: {name: "app-2?", larger_than: 1GB, older_than: 90d}}
  - {name: p13, kind: artifact.image, when: {repository: "team-0*", tagged: false, older_than: 700d}}
  - {name: p14, kind: artifact.image, when: {repository: "team-[1-9]*", larger_than: 2GB, older_than: 365d}}
  - {name: p15, kind: artifact.image, when: {labels: {env: "dev*"}, older_than: 365d}}
  - {name: p16, kind: artifact.image, when: {labels: {env: "*"}, not: {labels: {owner: "*"}}, older_than: 850d}}
  - {name: p17, kind: artifact.image, when: {location: "us-*", older_than: 30d}}
  - {name: p18, kind: artifact.image, when: {any: [{tagged: false}, {tags: "x-*"}], larger_than: 3GB}}
  - {name: p19, kind: artifact.image, when: {unused: true, older_than: 980d}}
  - {name: p20, kind: artifact.image, when: {expr: "resource.name.startsWith('app-') && age > duration('22800h')"}}
"""
_RULES = parse_policies(POLICIES.encode(), "bench", lambda _: b"")
_SELECTED = frozenset(policy.name for policy in _RULES.policies)
_CONTEXT = Context(
    DecisionInput(_RULES, _SELECTED, ("bench",), ("bench",), frozenset(), datetime.fromtimestamp(NOW, UTC))
)
_TAGS: tuple[Callable[[int], tuple[str, ...]], ...] = (
    lambda number: (f"pr-{number}",),
    lambda number: (f"1.{number % 40}.{number % 90}",),
    lambda number: (f"v2.{number % 30}.{number % 70}", f"main-{number}"),
    lambda number: (f"nightly-{number}",),
    lambda _: (),
)


def main() -> None:
    """Decide, or only read, and print."""
    which, count = sys.argv[1], int(sys.argv[2])
    seconds, images, going = 0.0, 0, 0
    part = _decided if which == "decide" else _read
    for repository, contents in _repositories(count):
        begin = time.process_time()
        going += part(repository, contents)
        seconds += time.process_time() - begin
        images += len(contents.images)
    print(images, going, seconds)


def _decided(repository: Repository, contents: Contents) -> int:
    rules = image_rules(_CONTEXT, repository, contents, Usage(References(), References()))
    return len(decide_images(rules, contents.images, want_names=False).goes)


def _read(_: Repository, contents: Contents) -> int:
    """Every value that deciding asks of an image, once."""
    tagged = 0
    for image in contents.images:
        image.package, image.digest, image.size_bytes, image.upload_time  # noqa: B018
        image.update_time, image.artifact_type, image.children  # noqa: B018
        for tag in image.tags:
            tagged += bool(tag)
    return tagged


def _repositories(count: int) -> Iterator[tuple[Repository, Contents]]:
    for place in range(0, count, EACH):
        name = RepositoryName("bench", "europe-west1", f"team-{place // EACH:02}")
        labels = {"env": "dev" if place // EACH % 5 == 0 else "prod"}
        images = [_image(place + number) for number in range(min(EACH, count - place))]
        yield Repository(name, "DOCKER", Mode.STANDARD, 10**12, None, None, labels), Contents(images)


def _image(number: int) -> Image:
    made = NOW - (number * 7919 % 1000 + 1) * _DAY
    return Image(
        f"app-{number % PACKAGES}", f"sha256:{number:064x}", _TAGS[number % len(_TAGS)](number),
        number % 4000 * 10**6 + 1, made, made, "", (),
    )  # fmt: skip


if __name__ == "__main__":
    main()
