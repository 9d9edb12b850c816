"""Carrying a cleared plan out: read again, delete, wait, say what became of it."""
