"""Listings on their worst day: short pages, offsets as tokens, items that come twice or cannot be read."""

import pytest
from google.api_core.exceptions import InvalidArgument

from janitor.emulator import WorldError, digest
from janitor.emulator.world import parse
from tests.emulator.asking import APP, REGION, REPOSITORY, WORLD, Google, google, troubled

NEW = f"{REPOSITORY}/dockerImages/app@{digest('new')}"
NEW_VERSION = f"{APP}/versions/{digest('new')}"


def pages(asked: Google) -> list[list[str]]:
    found = asked.artifacts.list_docker_images(request={"parent": REPOSITORY, "page_size": 500}).pages
    return [[image.name for image in page.docker_images] for page in found]


def names(asked: Google) -> list[str]:
    return [name for page in pages(asked) for name in page]


def test_a_page_is_shorter_than_asked_for() -> None:
    with google(WORLD) as plain, google(troubled("rpc: ListDockerImages, page_size: 3")) as asked:
        assert [len(page) for page in pages(asked)] == [3, 3, 2]
        assert names(asked) == names(plain)


def test_a_shorter_page_than_the_rule_is_given_as_asked() -> None:
    with google(troubled("rpc: ListDockerImages, page_size: 3")) as asked:
        page = next(asked.artifacts.list_docker_images(request={"parent": REPOSITORY, "page_size": 2}).pages)
        assert len(page.docker_images) == 2


OFFSETS = """
    rpc: ListDockerImages, page_size: 3
    rpc: ListDockerImages, offset_tokens: true
"""


def test_with_offsets_nothing_is_lost_as_long_as_nothing_changes() -> None:
    with google(WORLD) as plain, google(troubled(OFFSETS)) as asked:
        assert [len(page) for page in pages(asked)] == [3, 3, 2]
        assert names(asked) == names(plain)


def test_with_offsets_a_deletion_between_two_pages_hides_an_item() -> None:
    with google(troubled(OFFSETS)) as asked:
        everything = names(asked)
        first = f"{APP}/versions/{everything[0].rpartition('@')[2]}"
        asked.emulator.control.before("ListDockerImages", 5, lambda world: world.remove(first))
        assert names(asked) == [*everything[:3], *everything[4:]]


def test_with_offsets_an_item_that_is_added_between_two_pages_makes_another_come_twice() -> None:
    rules = "rpc: ListServices, page_size: 1\nrpc: ListServices, offset_tokens: true"
    with google(troubled(rules)) as asked:
        everything = [service.name for service in asked.services.list_services(parent=REGION)]

        def added(world: object) -> None:
            services = world.run["services"]  # type: ignore[attr-defined]
            newer = type(services[everything[0]])()
            newer.CopyFrom(services[everything[0]])
            newer.name = f"{REGION}/services/newer"
            newer.create_time.seconds += 1_000_000_000
            services[newer.name] = newer

        calls = sum(1 for rpc, _ in asked.emulator.calls if rpc == "ListServices")
        asked.emulator.control.before("ListServices", calls + 2, added)
        again = [service.name for service in asked.services.list_services(parent=REGION)]
        assert again == [everything[0], everything[0], everything[1]]


def test_an_offset_of_another_request_is_refused() -> None:
    with google(troubled("rpc: List*, page_size: 1\nrpc: List*, offset_tokens: true")) as asked:
        page = next(asked.artifacts.list_docker_images(parent=REPOSITORY).pages)
        with pytest.raises(InvalidArgument):
            asked.artifacts.list_packages(request={"parent": REPOSITORY, "page_token": page.next_page_token})


def test_an_item_comes_twice_in_a_row() -> None:
    with google(WORLD) as plain, google(troubled("rpc: ListDockerImages, repeat: true")) as asked:
        once = names(plain)
        assert names(asked) == [name for name in once for _ in range(2)]


def test_an_item_comes_again_on_the_last_page_without_its_tags_and_with_earlier_times() -> None:
    rules = """
        rpc: ListDockerImages, page_size: 3
        rpc: ListDockerImages, repeat: {item: "*@NEW", place: end, without: [tags], earlier: 1h}
    """.replace("NEW", digest("new"))
    with google(troubled(rules)) as asked:
        assert len(pages(asked)) == 3
        found = [each for each in asked.artifacts.list_docker_images(parent=REPOSITORY) if each.name == NEW]
        assert [list(each.tags) for each in found] == [["live"], []]
        assert (found[0].upload_time - found[1].upload_time).total_seconds() == 3600


def test_the_poorer_of_the_two_comes_first_where_that_is_asked() -> None:
    rule = 'rpc: ListDockerImages, repeat: {item: "*NEW", place: end, without: [tags], first: true}'
    with google(troubled(rule.replace("NEW", digest("new")))) as asked:
        found = [each for each in asked.artifacts.list_docker_images(parent=REPOSITORY) if each.name == NEW]
        assert [list(each.tags) for each in found] == [[], ["live"]]


LISTINGS = (
    ("services", "list_services", REGION),
    ("revisions", "list_revisions", f"{REGION}/services/-"),
    ("jobs", "list_jobs", REGION),
    ("executions", "list_executions", f"{REGION}/jobs/-"),
    ("worker_pools", "list_worker_pools", REGION),
    ("instances", "list_instances", REGION),
    ("artifacts", "list_repositories", REGION),
    ("artifacts", "list_packages", REPOSITORY),
    ("artifacts", "list_versions", APP),
    ("artifacts", "list_tags", APP),
    ("artifacts", "list_attachments", REPOSITORY),
)


@pytest.mark.parametrize(("client", "method", "parent"), LISTINGS)
def test_items_of_every_listing_can_come_twice(client: str, method: str, parent: str) -> None:
    with google(WORLD) as plain, google(troubled("rpc: List*, repeat: {place: end}")) as asked:
        once = [each.name for each in getattr(getattr(plain, client), method)(parent=parent)]
        assert once
        assert [each.name for each in getattr(getattr(asked, client), method)(parent=parent)] == once * 2


def test_a_time_out_of_range_and_a_name_that_cannot_be_read() -> None:
    rules = """
        rpc: ListDockerImages, rewrite: {item: "*NEW", field: upload_time, value: 253402300800}
        rpc: ListServices, rewrite: {item: "*/web", field: name, value: nonsense}
    """.replace("NEW", digest("new"))
    with google(troubled(rules)) as asked:
        raw = type(next(asked.artifacts.list_docker_images(parent=REPOSITORY).pages)).pb
        page = raw(next(asked.artifacts.list_docker_images(parent=REPOSITORY).pages))
        seconds = {image.name: image.upload_time.seconds for image in page.docker_images}
        assert seconds.pop(NEW) == 253402300800
        assert max(seconds.values()) < 253402300800
        listed = {service.name for service in asked.services.list_services(parent=REGION)}
        assert listed == {"nonsense", f"{REGION}/services/broken"}


def test_a_rewritten_field_is_so_in_what_is_read_too() -> None:
    rule = "rpc: GetVersion, rewrite: {field: create_time, value: 253402300800}"
    with google(troubled(rule)) as asked:
        version = asked.artifacts.get_version(name=NEW_VERSION)
        assert type(version).pb(version).create_time.seconds == 253402300800


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("rpc: ListTags, repeat: {without: [upload_time]}", "ListTags has no field 'upload_time'"),
        ("rpc: ListTags, repeat: {place: before}", "must be one of next, end"),
        ("rpc: ListServices, rewrite: {field: labels, value: x}", "ListServices has no field 'labels'"),
        ("rpc: ListServices, rewrite: {field: name}", "`value` is missing"),
    ],
)
def test_what_is_wrong_in_a_rule_is_said(rule: str, said: str) -> None:
    with pytest.raises(WorldError, match=said):
        parse(troubled(rule))
