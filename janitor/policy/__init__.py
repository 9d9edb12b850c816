"""What the policy file says, and the decisions that follow from it.

Pure but for document.py's YAML and the database of time zones, whose names timezones.py reads.
"""
