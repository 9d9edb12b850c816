"""An in-memory Google on loopback: Cloud Run, Artifact Registry, the billing catalogue.

It speaks the real wire protocols and refuses what Google is known to refuse. It imports nothing of
the rest of the package: an emulator that shares the client's decoder shares its misreadings.
"""

from janitor.emulator.emulator import Emulator
from janitor.emulator.errors import WorldError
from janitor.emulator.naming import digest
from janitor.emulator.server import serve

__all__ = ["Emulator", "WorldError", "digest", "serve"]
