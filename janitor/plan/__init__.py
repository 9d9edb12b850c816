"""The plan: an ordered value that can be shown, hashed and applied."""
