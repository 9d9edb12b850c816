"""`make lock`: write the four lock files, each package by version and hash, for Linux and macOS.

Versions that a lock holds already are kept where pyproject.toml allows them; `make upgrade` (--upgrade)
takes the newest. requirements-bounds.lock holds the lowest version of each direct dependency, so that
`make bounds` can test that the lower bounds of pyproject.toml are true.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

UV = Path(sys.executable).with_name("uv")
PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
# Later releases have no wheel for macOS on Intel.
INTEL = "; sys_platform == 'darwin' and platform_machine == 'x86_64'"
CONSTRAINTS = [
    f"cryptography<49{INTEL}",
    f"libcst<1.9{INTEL}",
    "pymdown-extensions<13",  # later releases need Python 3.11.5
]
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-apple-darwin")
BUILD = PROJECT["build-system"]["requires"]


def compile_lock(lock: str, holds: str, more: list[str], *arguments: str) -> None:
    """Resolve pyproject.toml with its extra and `more` into `lock`, whose first line says what it holds."""
    made = Path(f"{lock}.new")
    if Path(lock).exists():
        shutil.copy(lock, made)  # uv prefers the versions that its output file has
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--extra", "postgres"]
    options += ["--no-emit-index-url", "--no-header", "--no-annotate", "--quiet", "--output-file", str(made)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as constraints:
        print(*CONSTRAINTS, sep="\n", file=constraints, flush=True)
        options += ["--constraints", constraints.name]
        command = [str(UV), "pip", "compile", *options, *arguments, "pyproject.toml", "-"]
        subprocess.run(command, input="\n".join(more), text=True, check=True)
    made.write_text(f"# Made by 'make lock': {holds}\n{made.read_text(encoding='utf-8')}", encoding="utf-8")
    made.replace(lock)


def locked_tools() -> list[str]:
    """The packages of the dependency group `test`, as requirements-dev.lock pins them."""
    pins = re.findall(
        r"^(\S+?)(==\S+)", Path("requirements-dev.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    versions = {name.partition("[")[0]: pin for name, pin in pins}
    return [f"{name}{versions[name]}" for name in PROJECT["dependency-groups"]["test"]]


def check_wheels(lock: str) -> None:
    """Fail where a Python or a system that janitor supports has no wheel for a locked package."""
    for python in ("3.11", "3.12", "3.13", "3.14"):
        for platform in PLATFORMS:
            options = ["--dry-run", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
            options += ["--python-version", python, "--python-platform", platform]
            with tempfile.TemporaryDirectory() as target:
                command = [str(UV), "pip", "install", *options, "--target", target, "-r", lock]
                subprocess.run(command, check=True)


def main() -> None:
    """Write all four; each builds on the one before."""
    upgrade = sys.argv[1:]
    compile_lock("requirements.lock", "what janitor needs to run and to be built.", BUILD, *upgrade)
    compile_lock(
        "requirements-dev.lock",
        "requirements.lock, and what tests and checks need.",
        BUILD,
        "--group",
        "dev",
        *upgrade,
    )
    check_wheels("requirements-dev.lock")
    compile_lock(
        "requirements-browser.lock",
        "requirements-dev.lock, and what tests in a browser need.",
        BUILD,
        "--group",
        "browser",
        "--constraints",
        "requirements-dev.lock",
        *upgrade,
    )
    check_wheels("requirements-browser.lock")
    # made without looking at its predecessor: a lower bound may have become lower
    Path("requirements-bounds.lock").unlink(missing_ok=True)
    compile_lock(
        "requirements-bounds.lock",
        "the lowest versions that pyproject.toml allows, and what tests need.",
        [*BUILD, *locked_tools()],
        "--resolution",
        "lowest-direct",
    )


if __name__ == "__main__":
    main()
