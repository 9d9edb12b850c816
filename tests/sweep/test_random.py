"""Worlds at random: what the dry run says is what apply does, and nothing else."""

from pathlib import Path

import pytest

from tests.laws.trying import SWEEPS
from tests.sweep.random_laws import check_swept


@pytest.mark.parametrize("seed", range(SWEEPS))
def test_apply_takes_what_the_dry_run_said_and_nothing_else(tmp_path: Path, seed: int) -> None:
    assert check_swept(seed, tmp_path) is not None
