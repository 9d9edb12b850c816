"""A place for a sweep against the other Google."""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from janitor.cli.app import run
from tests.contract.server import Cloud
from tests.contract.wire import serving
from tests.store.empty import write_empty_ledger
from tests.sweep.conftest import _hurried as _hurried
from tests.sweep.sweeping import POLICIES, Swept

Sweeping = Callable[..., Swept]


@pytest.fixture
def sweeping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Cloud], Sweeping]]:
    """Serves a cloud until the test ends; what it returns runs ``janitor sweep --format json``."""
    with ExitStack() as stack:

        def at(cloud: Cloud) -> Sweeping:
            host, http = stack.enter_context(serving(cloud))
            for key, value in _environment(host, http, tmp_path).items():
                monkeypatch.setenv(key, value)
            monkeypatch.chdir(tmp_path)
            return lambda *flags, policies=POLICIES: _swept(tmp_path, policies, *flags)

        yield at


def _environment(host: str, http: str, folder: Path) -> dict[str, str]:
    return {
        "JANITOR_EMULATOR_HOST": host,
        "JANITOR_EMULATOR_HTTP": http,
        "JANITOR_DATABASE_URL": write_empty_ledger(folder / "ledger.db"),
        "JANITOR_LOG_FORMAT": "json",
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_STATE_HOME": str(folder / "state"),
    }


def _swept(folder: Path, policies: str, *flags: str) -> Swept:
    (folder / "policies.yaml").write_text(policies, encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["sweep", "--quiet", "--format", "json", *flags])
    return Swept(code, out.getvalue(), err.getvalue())
