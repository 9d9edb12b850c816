"""The wheel and the source distribution, as PyPI would get them."""

import ast
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from readme_renderer import markdown

from tests.setup.locks import PROJECT, ROOT

VERSION = PROJECT["project"]["version"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both, built by the backend of the lock, the wheel from the unpacked source distribution."""
    folder = tmp_path_factory.mktemp("built")
    build("sdist", ROOT, folder)
    # by tar: Python 3.11.2, which Debian has, knows no filter of extractall yet
    subprocess.run(["tar", "-xzf", f"janitor_gcp-{VERSION}.tar.gz"], cwd=folder, check=True)
    build("wheel", folder / f"janitor_gcp-{VERSION}", folder)
    return folder


def build(what: str, source: Path, into: Path) -> None:
    code = f"import sys; from hatchling.build import build_{what}; build_{what}(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(into)], cwd=source, check=True)


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return built / f"janitor_gcp-{VERSION}-py3-none-any.whl"


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"janitor_gcp-{VERSION}.dist-info/METADATA").decode()
    return message_from_string(text)


def test_the_readme_is_rendered_and_has_no_link_that_works_only_beside_its_files(metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    html = markdown.render(metadata.get_payload())
    assert html
    assert re.search(r"<h1[^>]*>janitor<", html)
    targets = re.findall(r'(?:href|src)="([^"]*)"', html)
    assert [each for each in targets if not each.startswith(("https://", "http://", "#"))] == []
    assert "<img" not in html
    assert "](" not in re.sub(r"<[^>]*>", "", html)


def test_the_metadata_is_what_pypi_asks_for(metadata: Message) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == ">=3.11"
    classifiers = metadata.get_all("Classifier") or []
    assert not [each for each in classifiers if each.startswith("License ::")], "the expression says it"
    assert {"Operating System :: POSIX :: Linux", "Operating System :: MacOS", "Typing :: Typed"} <= set(
        classifiers
    )


def test_the_wheel_holds_the_package_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {each.split("/")[0] for each in names} == {"janitor", f"janitor_gcp-{VERSION}.dist-info"}
    assert {"janitor/policies.yaml", "janitor/policies.test.yaml", "janitor/demo/world.yaml"} <= set(names)


def test_the_source_distribution_holds_the_pages_that_the_readme_names(built: Path) -> None:
    source = built / f"janitor_gcp-{VERSION}"
    links = re.findall(r"\]\(((?!https?://|#)[^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(links) > 10
    assert [each for each in links if not (source / each).exists()] == []


def test_the_changelog_has_a_section_for_this_version() -> None:
    assert f"\n## {VERSION}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_package_that_janitor_imports_is_a_dependency() -> None:
    """Not only one that another dependency happens to bring."""
    project = PROJECT["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["postgres"]]
    declared = {canonicalize_name(Requirement(each).name) for each in named}
    owners = dict(modules())
    used = {owners[each] for each in imported() if each in owners}
    assert len(used) > 20
    assert used - declared - {"janitor-gcp"} == set()


def modules() -> Iterator[tuple[str, str]]:
    """Each module that is installed, and the package that it is of."""
    for package in distributions():
        for file in package.files or []:
            if file.suffix in {".py", ".so"}:
                path = str(file).removesuffix(".py").partition(".cpython")[0]
                yield path.replace("/", ".").removesuffix(".__init__"), canonicalize_name(package.name)


def imported() -> set[str]:
    """Each module, or name of one, that the code imports."""
    names = set()
    for file in (ROOT / "janitor").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return names


@pytest.mark.slow
def test_the_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    """With the packages of requirements.lock: `janitor demo` needs nothing of the checkout."""
    venv = tmp_path / "venv"
    subprocess.run([ROOT / "scripts" / "setup", str(venv), "runtime"], cwd=ROOT, check=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    python = str(venv / "bin" / "python")
    install = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--force-reinstall",
        str(wheel),
    ]
    subprocess.run(install, check=True, cwd=tmp_path)
    where = [python, "-c", "import janitor; print(janitor.__file__)"]
    found = subprocess.run(where, check=True, cwd=tmp_path, capture_output=True, text=True).stdout
    assert Path(found.strip()).is_relative_to(venv)
    command = [str(venv / "bin" / "janitor"), "demo"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "forgotten-previews" in done.stdout
