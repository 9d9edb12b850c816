"""Explain: why one resource is kept or deleted, in words. Nothing here decides anything."""
