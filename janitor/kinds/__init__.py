"""One file a resource kind that can be deleted."""
