# Every target installs what it needs into .venv, from the locks: `demo` the runtime, all others the tools too.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
BROWSER := $(VENV)/.browser
BOUNDS := $(VENV)-bounds/.bounds
# The checkout stays clean, and no process of a test compiles janitor anew.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode
export PYTHONDONTWRITEBYTECODE :=
# Half as many again as there are cores: many tests wait for a process of theirs.
WORKERS := $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-slow browser pictures bounds matrix container cover check docs map bench laws mutants lock upgrade clean

demo: $(RUNTIME)
	@$(BIN)/janitor demo

test: $(DEV)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -q
	$(MAKE) --no-print-directory check

test-slow: $(DEV)
	$(BIN)/pytest -m slow -n $(WORKERS) --dist worksteal -q

# The HTML report in Debian's Chromium, without a network.
browser: $(BROWSER)
	@command -v chromium >/dev/null || { echo "install Chromium (Debian: apt-get install chromium)" >&2; exit 1; }
	$(BIN)/pytest -m browser -q tests/browser

pictures: $(BROWSER)
	@command -v chromium >/dev/null || { echo "install Chromium (Debian: apt-get install chromium)" >&2; exit 1; }
	PYTHONPATH=. $(BIN)/python scripts/pictures.py

# A part of the tests with the lowest version of each dependency: those that touch the libraries most.
bounds: $(BOUNDS)
	$(VENV)-bounds/bin/pytest -n $(WORKERS) --dist worksteal -q -p no:cacheprovider \
	  tests/cli tests/daemon tests/gcp tests/notify tests/store tests/sweep/test_story.py

matrix: $(DEV)
	$(BIN)/python scripts/matrix.py

container: $(DEV)
	scripts/container $(BIN)/python

cover: $(DEV)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered -q

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(DEV)
	$(BIN)/python scripts/docs.py

map: $(DEV)
	$(BIN)/python scripts/map.py

bench: $(DEV)
	$(BIN)/python -m bench

laws: $(DEV)
	JANITOR_LAWS_NAMES=1 $(BIN)/python -m tests.laws --worlds 20000 --sweeps 2000

mutants: $(DEV)
	$(BIN)/python scripts/mutants.py

lock: $(DEV)
	$(BIN)/python scripts/lock.py

upgrade: $(DEV)
	$(BIN)/python scripts/lock.py --upgrade

$(RUNTIME): requirements.lock pyproject.toml scripts/setup
	@scripts/setup $(VENV) runtime
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.lock
	@scripts/setup $(VENV) dev
	@touch $@

$(BROWSER): $(DEV) requirements-browser.lock
	@scripts/setup $(VENV) browser
	@touch $@

$(BOUNDS): requirements-bounds.lock pyproject.toml scripts/setup
	@scripts/setup $(VENV)-bounds bounds
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-bounds build .cache .mypy_cache .pytest_cache .ruff_cache .coverage .hypothesis dist mutants
