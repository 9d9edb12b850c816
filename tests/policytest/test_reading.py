"""A file of tests is read as strictly as a policy file: every mistake by line and column, with the way out."""

import pytest

from janitor.errors import PolicyFileError
from janitor.model.kinds import Kind
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Policies
from janitor.policytest.file import NOW, read_tests


def policies() -> Policies:
    text = (
        "version: 1\nscope: {projects: [shop], locations: [europe-west1]}\npolicies:\n"
        "- {name: old, kind: artifact.image, when: {older_than: 30d}}\n"
    )
    return parse_policies(text.encode(), "policies.yaml", lambda _: b"")


def told(text: str) -> list[str]:
    with pytest.raises(PolicyFileError) as caught:
        read_tests(text.encode(), "t", policies())
    return [line.removeprefix("t:") for line in str(caught.value).splitlines()]


def case(*lines: str) -> str:
    """A test whose lines begin in line 4, column 5."""
    expect = () if any(line.startswith("expect") for line in lines) else ("expect: {}",)
    return "version: 1\ntests:\n  - name: a\n" + "".join(f"    {line}\n" for line in (*lines, *expect))


MISTAKES = {
    "tests: []\n": "1:1: begin the file with `version: 1`",
    "version: 2\ntests: [{name: a, expect: {}}]\n": "begin the file with `version: 1`",
    "version: 1\n": "1:1: give at least one test under `tests:`",
    "version: 1\nnow: soon\ntests: [{name: a, expect: {}}]\n": "2:6: now: 'soon' is not a time",
    "version: 1\ntest: []\ntests: [{name: a, expect: {}}]\n": "2:1: unknown key 'test' in the file: did you mean tests?",
    "version: 1\ntests: [x]\n": "2:9: the test must be a mapping",
    "version: 1\ntests: [{expect: {}}]\n": "2:9: name is missing",
    "version: 1\ntests: [{name: a}]\n": "2:9: expect is missing",
    "version: 1\ntests: [{name: a, name: b, expect: {}}]\n": "2:19: 'name' is there twice",
    case("service: {}"): "4:5: unknown key 'service' in the test: did you mean services?",
    case("services: [web]"): "4:15: services must be a mapping of names",
    case("services: {web: x}"): "4:21: 'web' must be a mapping",
    case("services: {web: {status: ok}}"): "4:30: status: 'ok' is not known: allowed here: serving, degraded",
    case("services: {web: {statu: failed}}"): "4:22: unknown key 'statu' in 'web': did you mean status?",
    case("services: {web: {deployed: 30d}}"): "4:32: deployed: '30d' is not a time: write one such as `30d ago`",
    case("services: {web: {deployed: 30 ago}}"): "deployed: '30' is not a duration",
    case("services: {web: {deployed: 3}}"): "deployed: '3' must be text: write \"3\" in quotes",
    case("services: {web: {labels: [a]}}"): "labels: this must be a mapping",
    case("services: {web: {labels: {a: 1}}}"): "labels: '1' must be text",
    case("services: {web: {image: wbe/app:1}}"): "image: 'wbe/app:1' does not begin with a repository of this test (there are none)",
    case("services: {web: {multi_region: yes}}"): "multi_region: 'yes' must be true or false",
    case("repositories: {r: {images: {app: {}}}}"): "4:33: 'app' is not an image: write PACKAGE@LABEL",
    case("repositories: {r: {size: 3}}"): "size: '3' must be text",
    case("repositories: {r: {format: rpm}}"): "format: 'rpm' is not known",
    case("expect: {web: {keep: serving}}"): "4:14: no resource in this test is called 'web': use a name from above",
    case("services: {web: {}}", "expect: {wbe: {keep: serving}}"): "5:14: no resource in this test is called 'wbe': did you mean web?",
    case("services: {a: {}}", "repositories: {a: {}}", "expect: {a: {keep: serving}}"): "'a' is 2 resources here: write services/a or repositories/a",
    case("services: {a: {}}", "expect: {a: {keep: servin}}"): "5:24: keep: 'servin' is not known: did you mean serving?",
    case("services: {a: {}}", "expect: {a: {delete: od}}"): "5:26: delete: 'od' is not known: did you mean old?",
    case("services: {a: {}}", "expect: {a: {delete: old, reason: odler-than}}"): "did you mean older-than?",
    case("services: {a: {}}", "expect: {a: {delete: old, keep: serving}}"): "5:17: write one of {delete: POLICY",
    case("services: {a: {}}", "expect: {a: {}}"): "5:17: write one of {delete: POLICY",
    case("services: {a: {}}", "expect: {a: keep}"): "'a' must be a mapping",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_names_each_mistake_where_it_stands(text: str) -> None:
    lines = told(text)
    assert any(MISTAKES[text] in line for line in lines), lines


def test_tells_all_mistakes_at_once_in_the_order_of_the_file() -> None:
    lines = told(case("services: {a: {status: x, deployed: y}}", "jobs: {b: {status: z}}"))
    assert [line.split(":")[0] for line in lines] == ["4", "4", "5"]


def test_reads_times_places_and_references() -> None:
    text = case(
        "services: {web: {deployed: 30d ago, created: 2025-12-01T00:00:00Z, image: [r/app@old, r/app:v1]}}",
        "repositories: {r: {updated: now, images: {team/app@x: {uploaded: unknown, size: 2GiB}}}}",
    )
    now, (found,) = read_tests(text.encode(), "t", policies())
    assert now == NOW
    service = found.workloads.of(Kind.SERVICE)[0]
    assert (service.name.project, service.name.location) == ("shop", "europe-west1")
    assert service.update_time
    assert service.create_time
    assert ((now - service.update_time).days, (now - service.create_time).days) == (30, 31)
    ((repository, contents),) = found.repositories.values()
    assert service.images[0].startswith("europe-west1-docker.pkg.dev/shop/r/app@sha256:")
    assert service.images[1] == "europe-west1-docker.pkg.dev/shop/r/app:v1"
    image = contents.images[0]
    assert (image.package, image.upload_time, image.size_bytes) == ("team/app", None, 2 << 30)
    assert repository.update_time == now


def test_plays_at_the_time_that_the_file_names() -> None:
    text = "version: 1\nnow: 2026-12-01T00:00:00Z\ntests: [{name: a, services: {w: {deployed: 1d ago}}, expect: {}}]\n"
    now, (found,) = read_tests(text.encode(), "t", policies())
    assert now.isoformat() == "2026-12-01T00:00:00+00:00"
    assert found.workloads.of(Kind.SERVICE)[0].update_time == now.replace(month=11, day=30)
