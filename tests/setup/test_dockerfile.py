"""The Dockerfile: dependencies by hash in their own layer, not root, no secret. `make container` runs the image."""

import re

from tests.setup.locks import ROOT


def instructions() -> list[tuple[str, str]]:
    """Each instruction with its arguments on one line; comments are left out."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split(None, 1)[0], " ".join(line.split(None, 1)[1].split())) for line in lines]


def arguments(of: str) -> list[str]:
    return [rest for word, rest in instructions() if word == of]


def place(text: str) -> int:
    """Where the first instruction stands that holds the text."""
    return next(n for n, (word, rest) in enumerate(instructions()) if text in f"{word} {rest}")


def ignored() -> list[str]:
    return [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]


def test_stands_on_a_slim_python_of_its_own() -> None:
    assert arguments("FROM") == ["python:${PYTHON}"]
    assert [rest for rest in arguments("ARG") if re.fullmatch(r"PYTHON=3\.1\d-slim", rest)]


def test_uses_the_systems_python_and_no_virtual_environment() -> None:
    for word, rest in instructions():
        assert not re.search(r"\b(?:venv|virtualenv|activate|poetry|uv|pipenv|conda)\b", rest), (word, rest)


def test_installs_dependencies_by_hash_before_the_code_is_copied() -> None:
    by_hash = place("RUN pip install --no-deps --only-binary :all: --require-hashes -r requirements.lock")
    assert place("COPY requirements.lock") < by_hash < place("COPY janitor")
    copied = [rest for n, (word, rest) in enumerate(instructions()) if word == "COPY" and n < by_hash]
    assert copied == ["requirements.lock ./"]


def test_installs_the_code_without_asking_for_anything_more() -> None:
    installs = [rest for rest in arguments("RUN") if "pip install" in rest]
    assert len(installs) == 2
    assert "pip install --no-deps --no-build-isolation ." in installs[1]


def test_runs_as_a_number_that_is_not_root() -> None:
    assert [rest for rest in arguments("USER") if rest.isdigit() and int(rest) > 0] == arguments("USER") != []
    assert place("USER 1") > place("RUN pip install --no-deps")


def test_is_the_daemon_where_nothing_else_is_said() -> None:
    assert arguments("ENTRYPOINT") == ['["janitor"]']
    assert arguments("CMD") == ['["daemon"]']


def test_answers_from_outside_the_container() -> None:
    assert "JANITOR_HOST=0.0.0.0" in " ".join(arguments("ENV")).split()
    assert arguments("EXPOSE") == ["8080"]


def test_the_port_comes_from_the_environment() -> None:
    assert "PORT=8080" in " ".join(arguments("ENV")).split()
    assert "--port" not in " ".join(arguments("ENTRYPOINT") + arguments("CMD"))


def test_the_state_directory_is_the_users_own() -> None:
    (user,) = arguments("USER")
    (home,) = [part[len("XDG_STATE_HOME=") :] for part in " ".join(arguments("ENV")).split()
               if part.startswith("XDG_STATE_HOME=")]  # fmt: skip
    state = f"{home}/janitor"
    made = " ".join(arguments("RUN"))
    assert f"mkdir -p {state} " in made
    assert f"chown {user}:0 {state} " in made
    assert arguments("VOLUME") == [f'["{state}"]']


def test_any_uid_of_group_0_may_write_the_ledger() -> None:
    """OpenShift chooses a user ID above 1000000000 and the group 0."""
    (volume,) = (rest.strip('[]"') for rest in arguments("VOLUME"))
    made = " ".join(arguments("RUN"))
    assert re.search(rf"chown \d+:0 {volume} && chmod g=u {volume}(?: |$)", made)


def test_says_how_to_pin_the_base_image_by_digest() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--build-arg PYTHON=3.13-slim@sha256:" in text.split("\nARG ")[0]


def test_bears_a_title_a_description_and_a_licence() -> None:
    labels = " ".join(arguments("LABEL"))
    for key in ("title", "description", "licenses"):
        assert re.search(rf'org\.opencontainers\.image\.{key}="[^"]+"', labels)


def test_no_secret_and_no_more_than_is_needed_enters_the_image() -> None:
    lines = ignored()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert lines[0] == "*"
    assert lines.index("**/.env*") > max(n for n, line in enumerate(lines) if line.startswith("!"))
    copied = {name for rest in arguments("COPY") for name in rest.split()[:-1]}
    assert copied == allowed
    assert not [rest for _, rest in instructions() if ".env" in rest]


def test_all_that_is_copied_is_there() -> None:
    names = {name for rest in arguments("COPY") for name in rest.split()[:-1]}
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []
