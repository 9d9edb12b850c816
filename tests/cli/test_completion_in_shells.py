"""Shell completion in real shells: bash, zsh and fish, each where it is installed."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.ledgers import written
from tests.report.summaries import SMALL

_SERVICES = [each.name.rpartition("/")[2] for each in SMALL.snapshot.services]
_NAMES = ["web/app@0123456789ab", "web/app:v1", "web/cli:v2@ffff", "shop"]
_PROGRAM = """\
#!{python}
from janitor.cli import completion, main
completion._PATIENCE = 120.0
{names}
main()
"""


def environment_with(folder: Path, names: list[str] | None = None) -> dict[str, str]:
    """The environment of a shell in which this janitor is the only one; it knows these names, or those of its ledger."""
    bin_ = folder / "bin"
    bin_.mkdir()
    known = f"completion._known_names = lambda *_: {names!r}" if names else ""
    (bin_ / "janitor").write_text(_PROGRAM.format(python=sys.executable, names=known))
    (bin_ / "janitor").chmod(0o755)
    root = str(Path(__file__).parents[2])
    path = f"{bin_}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "HOME": str(folder), "PYTHONPATH": root, "TERM": "dumb"}


def shell(folder: Path, *command: str) -> list[str]:
    """What a shell prints."""
    done = subprocess.run(
        command, env=environment_with(folder), cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name} here")


@needs("bash")
def test_a_real_bash_offers_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, monkeypatch)
    script = (
        'source <(janitor --show-completion bash); COMP_LINE="janitor explain "; COMP_POINT=16;'
        ' _janitor_completion janitor; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert set(_SERVICES) <= set(shell(folder, "bash", "--norc", "-c", script))


@needs("zsh")
def test_a_real_zsh_offers_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, monkeypatch)
    script = (
        'compdef() {}; _files() { print none }; _arguments() { print -r -- "$@" }; eval "$(janitor --show-completion zsh)";'
        ' words=(janitor explain ""); CURRENT=3; _janitor_completion'
    )
    offered = " ".join(shell(folder, "zsh", "-f", "-c", script))
    assert all(f'"{name}"' in offered for name in _SERVICES)


@needs("fish")
def test_a_real_fish_offers_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, monkeypatch)
    script = 'janitor --show-completion fish | source; complete -C "janitor explain "'
    assert set(_SERVICES) <= set(shell(folder, "fish", "-N", "-c", script))


@needs("bash")
def test_a_real_bash_completes_a_digest_of_the_ledger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, monkeypatch)
    common = f"web/team/app@sha256:{'0' * 63}"  # of the two images that are known
    assert completed(folder, "bash", "web/team/app@sha2") == common


STARTS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source <(janitor --show-completion bash)"),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -U compinit; compinit -u -D; eval "$(janitor --show-completion zsh)"',
    ),
}
TYPED = [
    ("web/app@0", "web/app@0123456789ab"),
    ("web/app:", "web/app:v1"),
    ("web/cli:v2@f", "web/cli:v2@ffff"),
    ("web/c", "web/cli:v2@ffff"),
    ("sh", "shop"),
]


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs(name)) for name in STARTS])
@pytest.mark.parametrize(("begun", "whole"), TYPED)
def test_the_key_completes_names_with_the_signs_at_which_shells_part_words(
    folder: Path, name: str, begun: str, whole: str
) -> None:
    assert completed(folder, name, begun, _NAMES) == whole


@needs("fish")
@pytest.mark.parametrize(("begun", "whole"), TYPED)
def test_fish_offers_names_with_the_signs_at_which_shells_part_words(
    folder: Path, begun: str, whole: str
) -> None:
    script = f'janitor --show-completion fish | source; complete -C "janitor explain {begun}"'
    done = subprocess.run(
        ["fish", "-N", "-c", script],
        env=environment_with(folder, _NAMES), cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == [whole]


def completed(folder: Path, name: str, begun: str, names: list[str] | None = None) -> str:
    """What a shell on a terminal makes of ``janitor explain BEGUN`` and the tabulator."""
    command, start = STARTS[name]
    environment = environment_with(folder, names)
    terminal, of_shell = pty.openpty()
    with subprocess.Popen(
        command, env=environment, cwd=folder, stdin=of_shell, stdout=of_shell, stderr=of_shell,
        start_new_session=True,
    ):  # fmt: skip
        os.close(of_shell)
        try:
            _write(terminal, f"{start}; echo begin''ning\n")
            _read(terminal, "beginning\r\n")
            # what is typed behind the tabulator waits until the shell has completed the word
            _write(terminal, f"janitor explain {begun}\t\x01printf '<%s>' \x05 ; echo e''nd\n")
            printed = _read(terminal, "end\r\n")
            _write(terminal, "exit\n")
        finally:
            os.close(terminal)
    return re.findall(r"<explain><([^<>]*)>", printed)[-1]


def _write(terminal: int, text: str) -> None:
    os.write(terminal, text.encode())


def _read(terminal: int, until: str, seconds: float = 120) -> str:
    """What the shell shows until it shows this."""
    shown, end = "", time.monotonic() + seconds
    while until not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096).decode(errors="replace")
    return shown
