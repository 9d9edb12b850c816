# Every target sets up all it needs in .venv, from the locks, by hash.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The checkout stays clean, and no process of a test compiles janitor anew.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode
export PYTHONDONTWRITEBYTECODE :=
# Half as many again as there are cores: many tests wait for a process of theirs.
WORKERS := $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-slow cover check bench laws mutants lock clean

demo: $(STAMP)
	@$(BIN)/janitor demo

test: $(STAMP)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -q
	$(MAKE) --no-print-directory check

test-slow: $(STAMP)
	$(BIN)/pytest -m slow -n $(WORKERS) --dist worksteal -q

cover: $(STAMP)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered -q

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m bench

laws: $(STAMP)
	JANITOR_LAWS_EXAMPLES=5000 $(BIN)/pytest -q tests/laws tests/sweep/test_random.py

mutants: $(STAMP)
	$(BIN)/python scripts/mutants.py

lock: $(STAMP)
	scripts/lock $(BIN)

$(STAMP): requirements-dev.lock pyproject.toml scripts/setup
	@scripts/setup $(VENV)
	@touch $(STAMP)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .coverage .hypothesis dist mutants
