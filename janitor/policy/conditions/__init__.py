"""Conditions: what each key of `when` means for a resource."""
