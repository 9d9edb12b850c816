"""The last pure word: a plan is cleared, or refused with every violation."""
