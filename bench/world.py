"""The world that is measured, and the policy that it is measured with."""

from dataclasses import dataclass

PROJECT, LOCATION = "bench", "europe-west1"
SPAN_DAYS = 1000
_PACKAGES, _TAG_EVERY = 25, 10


@dataclass(frozen=True, slots=True)
class Scale:
    """How many images in how many repositories; `lean` and `many` are bytes of memory to stay under,
    with a tenth of the images deletable and with nine tenths."""

    images: int
    repositories: int
    lean: int
    many: int

    @property
    def each(self) -> int:
        """Images in a repository."""
        return self.images // self.repositories

    def parents(self) -> list[str]:
        """Google's names of the repositories."""
        place = f"projects/{PROJECT}/locations/{LOCATION}"
        return [f"{place}/repositories/team-{number:02}" for number in range(self.repositories)]


def world_file(scale: Scale) -> str:
    """Half of the images are part of a multi-arch index (one index, two children), half stand alone.

    Their ages are spread evenly over SPAN_DAYS; a tenth of the indexes and of the rest is tagged; each
    repository has a service that runs one of its newest.
    """
    names = [parent.rpartition("/")[2] for parent in scale.parents()]
    services = "".join(_service(name, scale.each // 2) for name in names)
    repositories = "".join(_repository(name, scale.each // 2) for name in names)
    return (
        f"projects:\n  {PROJECT}:\n    locations: [{LOCATION}]\n    artifact_locations: [{LOCATION}]\n"
        f"    run:\n      {LOCATION}:\n        services:\n{services}"
        f"    artifact_registry:\n      {LOCATION}:\n        repositories:\n{repositories}"
    )


def _service(name: str, half: int) -> str:
    newest = (half - 1) // (_PACKAGES * _TAG_EVERY) * _PACKAGES * _TAG_EVERY
    image = f"{LOCATION}-docker.pkg.dev/{PROJECT}/{name}/app-0:v{newest}"
    return f"          {name}:\n            image: {image}\n"


def _repository(name: str, half: int) -> str:
    common = (
        f"count: {half}, packages: {_PACKAGES}, size: 50MB, from: {SPAN_DAYS}d ago, tag_every: {_TAG_EVERY}"
    )
    return (
        f"          {name}:\n            generate:\n"
        f'              - {{{common}, package: "multi-{{n}}", indexes: 100%, children: 2}}\n'
        f'              - {{{common}, package: "app-{{n}}"}}\n'
    )


def policy_file(share: float) -> str:
    """A policy by which this share of the images may go, and limits that let it pass."""
    days = round(SPAN_DAYS * (1 - share))
    return (
        f"version: 1\nscope: {{projects: [{PROJECT}]}}\n"
        "limits: {max_deletions: 10000000, max_share: 100%, max_monthly_value: 100000000 USD, max_unpriced: 10000000}\n"
        "policies:\n"
        "  - name: stale-images\n    kind: artifact.image\n"
        f"    when: {{older_than: {days}d}}\n    keep: {{latest: 3}}\n"
    )
