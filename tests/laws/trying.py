"""How hard a law is tried: JANITOR_LAWS_EXAMPLES worlds each, at random where it is set; fewer by whole sweeps."""

import os

from hypothesis import HealthCheck, settings

_EXAMPLES = os.environ.get("JANITOR_LAWS_EXAMPLES")

law = settings(
    max_examples=int(_EXAMPLES or 100),
    derandomize=_EXAMPLES is None,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# How many names of a world are explained by each law of explaining.
NAMES = int(os.environ.get("JANITOR_LAWS_NAMES", "6"))

# Worlds that are swept whole, over the emulator: a second each.
SWEEPS = int(_EXAMPLES or 500) // 100
