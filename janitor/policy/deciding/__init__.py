"""Deciding: a verdict with a reason for every resource. It knows no YAML and no pydantic."""
