"""The HTML report: one file that needs nothing else, and that no text from outside can change."""

from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined

from janitor.model.text import safe_text
from janitor.report.data.summary import Summary
from janitor.report.html import charts
from janitor.report.html.page import page_of


def render_html(summary: Summary) -> str:
    """A whole page in UTF-8 text; the same summary, the same page.

    It has neither scripts, links nor anything that is loaded, and its content security policy lets
    nothing in but its own style. Texts from outside are escaped, and shown as `safe_text` shows them.
    """
    environment = _environment()
    style = environment.get_template("report.css").render()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return environment.get_template("report.html.j2").render(
        page=page_of(summary),
        style=style,
        security=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        charts=charts,
    )


@cache
def _environment() -> Environment:
    """Templates of this package alone; what a template names and nobody gave is an error."""
    return Environment(
        loader=PackageLoader("janitor.report.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _safe(value: object) -> object:
    """What a template writes out: text that cannot steer whoever shows it; markup is a macro's own."""
    return safe_text(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
