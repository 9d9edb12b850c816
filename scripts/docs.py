"""`make docs`: build the site of the documents into build/site. A broken internal link or anchor ends it with 1.

The pages are written for the repository. They are copied to build/pages with three changes that the site needs: a link
to a source file becomes its text, because the site has no source files; a fence loses the words after its language; and
comments, which are for tests, are left out.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"^( *```\w+) [^\n]*$", re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def sources(root: Path) -> list[Path]:
    """The pages and pictures of the site, as paths below `root`."""
    found = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "docs").rglob("*.png")]
    return sorted(path.relative_to(root) for path in found)


def rendered(root: Path, page: Path, text: str) -> str:
    """The Markdown of `page` as the site reads it."""
    known = set(sources(root))

    def link(found: re.Match[str]) -> str:
        target = (root / page.parent / found[2]).resolve()
        # a broken link stays a link, so that the build names it
        is_source = "://" not in found[2] and target.exists() and target.relative_to(root) not in known
        return found[1] if is_source else found[0]

    return FENCE.sub(r"\1", LINK.sub(link, COMMENT.sub("", text)))


def copy_pages(root: Path, pages: Path) -> None:
    """Replace the folder `pages` by what the site is built from."""
    shutil.rmtree(pages, ignore_errors=True)
    for source in sources(root):
        copy = pages / source
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            text = (root / source).read_text(encoding="utf-8")
            copy.write_text(rendered(root, source, text), encoding="utf-8")
        else:
            shutil.copy(root / source, copy)


def build(root: Path) -> int:
    """The exit code of a strict build of the site of `root`, by its zensical.toml."""
    copy_pages(root, root / "build" / "pages")
    shutil.rmtree(root / "build" / "site", ignore_errors=True)
    zensical = Path(sys.executable).with_name("zensical")
    command = [str(zensical), "build", "--strict", "--clean", "--config-file", str(root / "zensical.toml")]
    return subprocess.run(command, cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(build(Path(__file__).resolve().parents[1]))
