"""Shell completion: what may stand at a place of the command line. One that fails, or that is slow, offers nothing.

Nothing here asks the network: names come from a ledger in a file, the rest from the policy file and from janitor itself.
"""

import io
import os
import re
import shlex
import threading
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from janitor.cli.messages import done

# bash's own words end at ``@`` too: it is given the line instead, and the signs at which it parts words.
SCRIPT = """\
_janitor_completion() {
    local IFS=$'\\n'
    COMPREPLY=( $( env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
                   _JANITOR_COMPLETE=complete_bash "$1" ) )
    return 0
}

complete -o default -F _janitor_completion janitor"""
if TYPE_CHECKING:
    from janitor.store.ledger_glance import Glance

# Seconds after which a person presses the key again.
_PATIENCE = 1.0
SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_JANITOR_COMPLETE"
# A digest is begun as Google writes it, which outputs shorten.
_WHOLE_DIGEST = re.compile(r"@s(h(a(2(5(6(:.*)?)?)?)?)?)?$", re.DOTALL)
_FLAGS = ("--install-completion", "--show-completion")


def is_asked() -> bool:
    """Whether a shell asks what may stand next, and no person reads what is printed."""
    return os.environ.get(VARIABLE, "").startswith("complete_")


def complete(of_typer: Callable[[], None], out: TextIO) -> None:
    """Run typer's completion. For bash it is told the whole words of the line, and of what it offers the part is printed
    that bash puts in."""
    if "COMP_LINE" not in os.environ:
        of_typer()
        return
    kept = _kept_by_bash(_whole_words(), os.environ.get("COMP_WORDBREAKS", ""))
    offered = io.StringIO()
    try:
        with redirect_stdout(offered):
            of_typer()
    finally:
        out.writelines(f"{line.removeprefix(kept)}\n" for line in offered.getvalue().splitlines())


def _whole_words() -> str:
    """Tell typer the words of the line, which bash parts at ``@``, ``:`` and ``=`` too; the last one as it is typed, ""
    behind a blank."""
    line = os.environ["COMP_LINE"]
    read = shlex.shlex(line, posix=True, punctuation_chars=False)
    read.whitespace_split, read.commenters = True, ""
    words: list[str] = []
    try:
        words.extend(read)
    except ValueError:  # a quote that is not closed yet
        words.append(read.token)
    typed = "" if line[-1:].isspace() else line.split()[-1]
    os.environ["COMP_WORDS"] = line
    os.environ["COMP_CWORD"] = str(len(words) - bool(typed))
    return typed


def _kept_by_bash(word: str, breaks: str) -> str:
    """The beginning of a word that bash leaves as it is: to the last sign at which it parts words, without that sign if it
    is an ``@``, with which the name of a host begins. A quoted word is not parted."""
    if word[:1] in ("'", '"'):
        return ""
    last = max((word.rfind(sign) for sign in breaks), default=-1)
    return word[: last + (word[last : last + 1] != "@")]


def for_shell(arguments: list[str]) -> bool:
    """Install or show the completion of the shell that is named; False for any other command line.

    typer's own flags do so for the shell that runs, and take no name. UsageError for another shell.
    """
    words = [part for word in arguments for part in word.split("=", 1)] if len(arguments) == 1 else arguments
    if len(words) != 2 or words[0] not in _FLAGS:
        return False
    from typer._completion_shared import get_completion_script, install

    from janitor.errors import UsageError
    from janitor.model.text import show

    flag, shell = words
    if shell not in SHELLS:
        raise UsageError(f"{flag}: unknown shell {show(shell)}; one of: {', '.join(SHELLS)}")
    if flag == _FLAGS[1]:
        of_typer = get_completion_script(prog_name="janitor", complete_var=VARIABLE, shell=shell)
        print(SCRIPT if shell == "bash" else of_typer)
    else:
        _, path = install(shell=shell, prog_name="janitor", complete_var=VARIABLE)
        if shell == "bash":
            path.write_text(f"{SCRIPT}\n", encoding="utf-8")
        done(f"{shell} completion installed in {path}; open a new terminal to use it")
    return True


def names(incomplete: str) -> list[str]:
    """Names of resources, as the outputs print them; whole ones once a whole one was begun."""
    return _offered(lambda: _known_names(incomplete), incomplete)


def repositories(incomplete: str) -> list[str]:
    """Short names of repositories."""
    return _offered(lambda: _known_names(incomplete, "repositories"), incomplete)


def sweep_ids(incomplete: str) -> list[str]:
    """Ids of past sweeps, the newest first."""
    return _offered(lambda: found.sweeps if (found := _glance()) else (), incomplete)


def policy_names(context: typer.Context, incomplete: str) -> list[str]:
    """Names of policies in the file that the command line, the environment or the working directory names."""
    path = context.params.get("policies")
    return _offered(lambda: _policy_names(path and Path(path)), incomplete)


def reasons(incomplete: str) -> list[str]:
    """Reasons for which a resource is kept."""

    def known() -> Iterable[str]:
        from janitor.model.reasons import KeepReason

        return (reason.value for reason in KeepReason)

    return _offered(known, incomplete)


def kinds(incomplete: str) -> list[str]:
    """Kinds of resources that policies delete."""

    def known() -> Iterable[str]:
        from janitor.kinds.table import KINDS

        return (kind.value for kind in KINDS)

    return _offered(known, incomplete)


def limits(incomplete: str) -> list[str]:
    """Keys of limits, each with the sign before its value."""

    def known() -> Iterable[str]:
        from janitor.cli.options import LIMIT_VALUES

        return (f"{key}=" for key in LIMIT_VALUES)

    return _offered(known, incomplete)


def _offered(known: Callable[[], Iterable[str]], incomplete: str) -> list[str]:
    """Those of the known texts that begin so, once each; none where they cannot be known soon."""
    found: list[str] = []

    def collect() -> None:
        with suppress(Exception):  # whatever is wrong: a command will say so, a completion may print nothing
            found.extend(dict.fromkeys(each for each in known() if each.startswith(incomplete)))

    work = threading.Thread(target=collect, daemon=True)
    work.start()
    work.join(_PATIENCE)
    return [] if work.is_alive() else [each for each in found if each.isprintable()]


def _glance(most_snapshots: int = 0) -> "Glance | None":
    from janitor.store.ledger_glance import glance

    return glance(os.environ.get("JANITOR_DATABASE_URL", "").strip().strip("\"'"), most_snapshots)


def _known_names(incomplete: str, collection: str = "") -> list[str]:
    from janitor.report.data.known_names import SNAPSHOTS, names_in
    from janitor.report.data.names import called, with_whole_digest
    from janitor.report.data.snapshot_codec import decode_snapshot

    if (seen := _glance(SNAPSHOTS)) is None:
        return []
    known = dict(seen.marked)
    for snapshot in seen.snapshots:
        known |= names_in(decode_snapshot(snapshot))
    if incomplete.startswith("projects/"):
        return sorted(known)
    if _WHOLE_DIGEST.search(incomplete):
        return sorted(with_whole_digest(name) for name in known if "/versions/sha256:" in name)
    return sorted(
        called(kind, name)
        for name, kind in known.items()
        if not collection or name.split("/")[-2] == collection
    )


def _policy_names(path: Path | None) -> list[str]:
    from janitor.cli.options import DEFAULT_PATH
    from janitor.policy.file.source import MappingNode, ScalarNode, SequenceNode, read_source

    named = path or Path(os.environ.get("JANITOR_POLICIES") or DEFAULT_PATH)
    data = named.read_bytes() if path or named.exists() else _shipped()
    policies = read_source(data, str(named)).root.entries["policies"][1]
    found = policies.items if isinstance(policies, SequenceNode) else ()
    entries = [each.entries for each in found if isinstance(each, MappingNode)]
    named_by = [each["name"][1] for each in entries if "name" in each]
    return [name.text for name in named_by if isinstance(name, ScalarNode)]


def _shipped() -> bytes:
    from janitor.store.policy_file import default_text

    return default_text().encode()
