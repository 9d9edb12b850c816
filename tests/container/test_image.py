"""The image that the Dockerfile makes, run with a read-only root, its own network and as process 1.

`make container` builds it and runs these tests; without it they are skipped.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import janitor.demo
from tests.container.image import LEDGER, Container, Image, User, started

if "JANITOR_IMAGE_ROOT" not in os.environ:
    pytest.skip("no image was built: run `make container`", allow_module_level=True)

PORT = 9090
POLICIES = """\
version: 1
mode: apply
scope: {projects: [xai-community]}
schedule: {timezone: UTC, sweep: {cron: "0 3 * * *"}}
limits: {max_share: 100%}
policies:
  - {name: failed-services, kind: run.service, when: {status: failed, older_than: 24h}}
"""


@pytest.fixture(scope="session")
def image() -> Image:
    config = json.loads(Path(os.environ["JANITOR_IMAGE_CONFIG"]).read_text(encoding="utf-8"))
    return Image(Path(os.environ["JANITOR_IMAGE_ROOT"]), config["config"])


@pytest.fixture
def user(image: Image) -> User:
    """The image's user. A user that /etc/passwd does not name gets group 0 from the platform."""
    return User(int(image.config["User"]), 0)


@pytest.fixture
def volume(image: Image, tmp_path: Path) -> Path:
    return image.volume(tmp_path / "volume")


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    file = tmp_path / "policies.yaml"
    file.write_text(POLICIES, encoding="utf-8")
    return file


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """The emulator with the demo's world, started outside the image, and what names it and the policies."""
    world = Path(janitor.demo.__file__).with_name("world.yaml")
    command = [sys.executable, "-m", "janitor", "emulator", "--world", str(world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline().strip() for _ in range(2)]
        yield {
            **dict(line.split("=", 1) for line in lines),
            "JANITOR_POLICIES": "/tmp/policies.yaml",
            "PORT": str(PORT),
        }
        process.terminate()


def entry(image: Image, *arguments: str) -> list[str]:
    return [*image.config["Entrypoint"], *(arguments or image.config["Cmd"])]


def status(path: str, host: str = "127.0.0.1") -> int:
    """The HTTP status; 0 while nothing listens."""
    try:
        with urllib.request.urlopen(f"http://{host}:{PORT}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


def wait_for(path: str, running: Container) -> None:
    """Until it answers 200; a container that ends before fails the test with what it said."""
    end = time.monotonic() + 120
    while status(path) != 200:
        if running.process.poll() is not None or time.monotonic() > end:
            running.process.kill()
            pytest.fail(f"{path} did not answer 200: {running.process.communicate()[1]}")
        time.sleep(0.05)


def owners(volume: Path) -> set[int]:
    return {each.stat().st_uid for each in volume.iterdir()}


def test_the_test_runs_it_as_a_platform_does(image: Image, user: User, volume: Path) -> None:
    """Process 1, not root, without capabilities, HOME and writable root, with only loopback."""
    probe = (
        "import json, os, socket\n"
        "found = {'pid': os.getpid(), 'uid': os.getuid(), 'gid': os.getgid(), 'groups': os.getgroups()}\n"
        "found['home'] = os.environ.get('HOME')\n"
        "found['networks'] = [name for _, name in socket.if_nameindex()]\n"
        "status = open('/proc/self/status').read().split()\n"
        "found['capabilities'] = [status[status.index(f'Cap{each}:') + 1] for each in ('Eff', 'Prm', 'Bnd')]\n"
        "found['writable'] = [each for each in ('/', '/app', '/etc', '/usr', '/var') if os.access(each, os.W_OK)]\n"
        "print(json.dumps(found))\n"
    )
    with started(image, ["python3", "-c", probe], user=user, volume=volume) as running:
        _, out, err = running.finish(within=60)
    assert err == ""
    assert json.loads(out) == {
        "pid": 1,
        "uid": 10001,
        "gid": 0,
        "groups": [],
        "home": None,
        "networks": ["lo"],
        "capabilities": ["0" * 16] * 3,
        "writable": [],
    }


def test_the_daemon_answers_on_its_port_and_a_signal_ends_it_while_idle(
    image: Image, user: User, volume: Path, policies: Path, environment: Mapping[str, str]
) -> None:
    began = time.monotonic()
    command = entry(image, "daemon", "--now")
    with started(
        image, command, user=user, volume=volume, environment=environment, policies=policies
    ) as running:
        wait_for("/health", running)
        took = time.monotonic() - began
        wait_for("/ready", running)
        assert status("/health", host="127.0.0.2") == 200, "it listens on one address only"
        assert [status(path) for path in ("/metrics", "/")] == [200, 200]
        wait_for_a_sweep(running)
        assert owners(volume) == {user.uid}
        running.stop()
        code, _, log = running.finish(within=8)
    assert code == 0, log
    print(f"\nFrom start to the first answer: {took:.1f} s")


def wait_for_a_sweep(running: Container) -> None:
    end = time.monotonic() + 120
    while b'janitor_sweeps_total{mode="apply",outcome="done"} 1.0' not in metrics():
        if running.process.poll() is not None or time.monotonic() > end:
            running.process.kill()
            pytest.fail(f"no sweep ended well: {running.process.communicate()[1]}")
        time.sleep(0.2)


def metrics() -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=10) as answer:
        text: bytes = answer.read()
        return text


def test_without_arguments_it_is_the_daemon(
    image: Image, user: User, volume: Path, policies: Path, environment: Mapping[str, str]
) -> None:
    with started(
        image, entry(image), user=user, volume=volume, environment=environment, policies=policies
    ) as running:
        wait_for("/health", running)
        running.stop()
        code, _, log = running.finish(within=8)
    assert code == 0, log


def test_one_sweep_deletes_and_is_in_the_history(
    image: Image, user: User, volume: Path, policies: Path, environment: Mapping[str, str]
) -> None:
    outputs = []
    for command in (["daemon", "--once"], ["history", "--format", "json"]):
        with started(
            image,
            entry(image, *command),
            user=user,
            volume=volume,
            environment=environment,
            policies=policies,
        ) as running:
            code, out, log = running.finish(within=120)
        assert code == 0, log
        outputs.append(out)
    (sweep,) = json.loads(outputs[1])["sweeps"]
    assert (sweep["exit_code"], sweep["totals"]["deleted"]) == (0, 2)
    assert owners(volume) == {user.uid}


def test_any_uid_of_group_0(
    image: Image, volume: Path, policies: Path, environment: Mapping[str, str]
) -> None:
    """As OpenShift runs it."""
    user = User(1000650000, 0)
    command = entry(image, "daemon", "--once")
    with started(
        image, command, user=user, volume=volume, environment=environment, policies=policies
    ) as running:
        code, _, log = running.finish(within=120)
    assert code == 0, log
    assert owners(volume) == {user.uid}


def test_a_user_of_another_group_cannot_write_the_ledger(
    image: Image, volume: Path, policies: Path, environment: Mapping[str, str]
) -> None:
    command = entry(image, "daemon", "--once")
    with started(
        image,
        command,
        user=User(1000650000, 1000650000),
        volume=volume,
        environment=environment,
        policies=policies,
    ) as running:
        code, _, log = running.finish(within=120)
    assert code == 2, log
    assert LEDGER in log


def test_the_demo_passes(image: Image, user: User, volume: Path) -> None:
    with started(image, entry(image, "demo"), user=user, volume=volume) as running:
        code, out, err = running.finish(within=180)
    assert code == 0, err
    assert "forgotten-previews" in out


def test_holds_nothing_but_the_program(image: Image) -> None:
    """No tests, no documentation, no cache of pip."""
    found = sorted(each.name for each in (image.root / "app").iterdir())
    assert found == sorted(
        [
            "LICENSE",
            "README.md",
            "janitor",
            "policies.test.yaml",
            "policies.yaml",
            "pyproject.toml",
            "requirements.lock",
        ]
    )
    assert not list(image.root.glob("root/.*cache*"))
    packages = next(iter(image.root.glob("usr/local/lib/python3*/*-packages")))
    size = sum(each.lstat().st_size for each in packages.rglob("*"))
    whole = sum(each.lstat().st_size for each in image.root.rglob("*") if not each.is_symlink())
    print(f"\nSize: {whole / 1e6:.0f} MB, of which packages {size / 1e6:.0f} MB")
