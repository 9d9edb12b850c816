"""`janitor explain`."""

from typing import TYPE_CHECKING, Annotated

import typer

from janitor.cli import completion
from janitor.cli.messages import tell
from janitor.cli.options import Format, FormatOption, OutOption, PoliciesOption, ProjectOption

if TYPE_CHECKING:
    from janitor.model.kinds import Kind
    from janitor.model.reasons import KeepReason


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Full resource name, image URI (with @sha256:… or :TAG), or short name: "
            "of a workload, a repository, or [REPOSITORY/]PACKAGE, with @VERSION or :TAG for one of it.",
            show_default=False,
            autocompletion=completion.names,
        ),
    ] = None,
    kept: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="List the resources that are kept for this reason.",
            autocompletion=completion.reasons,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="K", help="With --kept: only this kind.", autocompletion=completion.kinds),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option(
            metavar="R",
            help="With --kept: only this repository.",
            autocompletion=completion.repositories,
        ),
    ] = None,
    output: FormatOption = Format.TABLE,
    out: OutOption = None,
    policies: PoliciesOption = None,
    project: ProjectOption = None,
) -> None:
    """Explain why one resource is deleted or kept: policies, protections, users, and what would change it.

    Reads live resources, deletes nothing. Exits with 3 if a read that it needs failed.
    """
    from janitor.cli.output import results_to, writing
    from janitor.cli.request import reading_request
    from janitor.errors import ObservationError, UsageError
    from janitor.logs import configure_logs
    from janitor.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    if (name is None) == (kept is None):
        raise UsageError("name one resource (NAME), or list with --kept REASON; not both")
    if name is not None and (kind or repository):
        raise UsageError("--kind and --repository need --kept REASON")
    reason, of = _reason(kept), _kind(kind)
    request = reading_request(policies or settings.policies, project or [])
    if request.shipped_policies:
        tell("WARNING", "no policies.yaml here: using the shipped default policies")
    from janitor.explain.wiring import run_explain, run_kept
    from janitor.report.json.explanation import write_explanation_json, write_kept_json
    from janitor.report.terminal.explanation import write_explanation, write_kept

    with results_to(out) as stream:
        if reason is None:
            found = run_explain(request, settings, name or "")
            gaps = found.gaps
            with writing(stream, out):
                (write_explanation_json if output is Format.JSON else write_explanation)(found, stream)
        else:
            rows = run_kept(request, settings, reason, of, repository)
            gaps = rows.gaps
            with writing(stream, out):
                (write_kept_json if output is Format.JSON else write_kept)(rows, stream)
    raise typer.Exit(ObservationError.exit_code if gaps else 0)


def _reason(text: str | None) -> "KeepReason | None":
    from janitor.model.reasons import KeepReason

    return None if text is None else KeepReason(_one_of("--kept", text, [each.value for each in KeepReason]))


def _kind(text: str | None) -> "Kind | None":
    from janitor.kinds.table import KINDS
    from janitor.model.kinds import Kind

    return None if text is None else Kind(_one_of("--kind", text, [each.value for each in KINDS]))


def _one_of(flag: str, text: str, known: list[str]) -> str:
    from difflib import get_close_matches

    from janitor.errors import UsageError
    from janitor.model.text import show

    if text not in known:
        near = get_close_matches(text, known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        noun = {"--kept": "reason", "--kind": "kind"}[flag]
        raise UsageError(f"{flag}: unknown {noun} {show(text)}; {hint}one of: {', '.join(known)}")
    return text
