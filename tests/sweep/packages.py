"""Worlds of packages: repositories of other formats than docker."""

from janitor.emulator import Emulator
from tests.sweep.sweeping import REPOSITORY, USER

LIBS = f"{REPOSITORY}/libs"


def versions(*each: str) -> str:
    """A package's versions, each ``1.0.0``, or ``1.0.0 tags: [latest], created: 3d ago``; 90 days old
    and of 1 MB where it does not say."""
    lines = []
    for text in each:
        id_, _, more = text.partition(" ")
        facts = f"version: '{id_}', {more}" if more else f"version: '{id_}'"
        facts += "" if "created:" in facts else ", created: 90d ago"
        facts += "" if "size:" in facts else ", size: 1MB"
        lines.append(f"{{{facts}}}")
    return f"{{versions: [{', '.join(lines)}]}}"


def libs(packages: str, fmt: str = "NPM", repository: str = "", trouble: str = "[]", more: str = "{}") -> str:
    """Project p with one repository `libs` of another format; `packages` in YAML's flow style, `more`
    the packages of a second one, `more`, which is read after it. Something runs, for docker packages (R42)."""
    return f"""\
operations: {{delay: 1ms}}
projects:
  p:
    locations: [us-central1, europe-west1]
    artifact_locations: [us-central1]
    run: {{us-central1: {{instances: {USER}}}}}
    artifact_registry:
      us-central1:
        repositories:
          libs: {{created: 90d ago, updated: 90d ago, format: {fmt}, packages: {packages}{repository}}}
          more: {{created: 90d ago, updated: 90d ago, format: {fmt}, packages: {more}}}
trouble: {trouble}
"""


def name(package: str, version: str) -> str:
    """Google's name of a version of `libs`, as the emulator lists it."""
    return f"{LIBS}/packages/{package}/versions/{version}"


def left(google: Emulator) -> list[str]:
    """The versions that are there, as ``package@version``."""
    names = (each.partition("/packages/")[2] for each in google.world.names("versions"))
    return [each.replace("/versions/", "@") for each in names]
