"""The world file: what a person writes, read into a World. docs/emulator.md has the format."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from janitor.emulator.apis import APIS
from janitor.emulator.errors import WorldError
from janitor.emulator.quota import METRICS, Quotas
from janitor.emulator.reader import Value, read
from janitor.emulator.resolve import resolve_inherited
from janitor.emulator.state import Project, World
from janitor.emulator.trouble import Rule
from janitor.emulator.troubles import read_rules
from janitor.emulator.units import moment, seconds
from janitor.emulator.world_artifacts import read_repositories
from janitor.emulator.world_assets import read_assets
from janitor.emulator.world_gke import read_clusters
from janitor.emulator.world_organization import PROJECT_KEYS, read_organization, read_place
from janitor.emulator.world_run import read_region

_KEYS = (
    "clock",
    "cloud_asset",
    "latency",
    "operations",
    "organization",
    "projects",
    "quota",
    "trouble",
)
_PROJECT = ("locations", "artifact_locations", "run", "artifact_registry", "gke", "assets", *PROJECT_KEYS)
RUN_DEFAULTS = ("asia-northeast3", "europe-west1", "us-central1")
ARTIFACT_DEFAULTS = ("asia", "asia-northeast3", "europe", "europe-west1", "us", "us-central1")


def load(path: Path) -> tuple[World, list[Rule]]:
    """The world of a file; WorldError says which line is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"{path}:1: cannot be read: {error}") from error
    return parse(text, str(path))


def parse(text: str, source: str = "world") -> tuple[World, list[Rule]]:
    """The world of a text, and the trouble that it asks for. Ages count from now."""
    world = World(now=datetime.now(UTC))
    return world, merge(world, text, source)


def merge(world: World, text: str, source: str = "world") -> list[Rule]:
    """Adds a text's resources to `world` (those of the same name are replaced); its trouble rules."""
    fields = read(text, source).fields(*_KEYS)
    if "clock" in fields:
        world.clock = _clock(fields["clock"], world.now)
    if "latency" in fields:
        world.latency = _latency(fields["latency"])
    if "cloud_asset" in fields:
        inner = fields["cloud_asset"].fields("delay")
        if "delay" in inner:
            world.asset_delay = seconds(inner["delay"])
    if "operations" in fields:
        inner = fields["operations"].fields("delay")
        if "delay" in inner:
            world.operations.delay = seconds(inner["delay"])
    if "quota" in fields:
        world.quotas = _quotas(fields["quota"])
    if "organization" in fields:
        read_organization(world, fields["organization"])
    if "projects" in fields:
        for name, value in fields["projects"].entries():
            _project(world, name, value)
        resolve_inherited(world)
    return read_rules(fields["trouble"]) if "trouble" in fields else []


def _latency(value: Value) -> dict[str, float]:
    """How long each call takes: one duration, or one for each API with `default` for the others."""
    if not value.is_mapping():
        return {"": seconds(value)}
    fields = value.fields("default", *dict.fromkeys(APIS.values()))
    return {"" if key == "default" else key: seconds(each) for key, each in fields.items()}


def _quotas(value: Value) -> Quotas:
    """Calls a minute, by the quota that counts them; another key is an error."""
    fields = value.fields(*METRICS, "retry_info")
    limits = {key: fields[key].integer() for key in METRICS if key in fields}
    return Quotas(limits, fields["retry_info"].flag() if "retry_info" in fields else True)


def _clock(value: Value, now: datetime) -> Callable[[], datetime | None]:
    """`in 7d`, `2h ago` or a time: what the clock shows at the start, from where it goes on; `none`."""
    if value.text() == "none":
        return lambda: None
    start = moment(value, now)
    if start is None:
        return value.fail("must be a time such as `in 7d`, `2h ago` or `now`, or `none`")
    ahead = start - now
    return lambda: datetime.now(UTC) + ahead


def _project(world: World, name: str, value: Value) -> None:
    fields = value.fields(*_PROJECT)
    project = world.projects.setdefault(name, Project())
    read_place(world, name, project, fields)
    run = dict(fields["run"].entries()) if "run" in fields else {}
    registry = dict(fields["artifact_registry"].entries()) if "artifact_registry" in fields else {}
    project.locations = _locations(fields.get("locations"), RUN_DEFAULTS, run, project.locations)
    project.artifact_locations = _locations(
        fields.get("artifact_locations"), ARTIFACT_DEFAULTS, registry, project.artifact_locations
    )
    for location, inner in run.items():
        read_region(world, f"projects/{name}/locations/{location}", inner)
    for location, inner in registry.items():
        repositories = inner.fields("repositories").get("repositories")
        if repositories:
            read_repositories(world, f"projects/{name}/locations/{location}", repositories)
    if "gke" in fields:
        read_clusters(world, name, fields["gke"])
    if "assets" in fields:
        read_assets(world, name, fields["assets"])


def _locations(
    given: Value | None, default: tuple[str, ...], used: dict[str, Value], had: list[str]
) -> list[str]:
    """What is written, else a few real ones and those in use. What is used must be in what is written."""
    if given is None:
        return sorted({*default, *used, *had})
    listed = given.texts()
    for location, value in used.items():
        if location not in listed:
            value.fail(f"{location!r} is used here but not in the project's list of locations")
    return listed
