"""Telling people: the only code that talks to Slack."""
