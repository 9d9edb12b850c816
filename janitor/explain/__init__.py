"""Why one resource goes or stays: what decided it, in words. Nothing here decides anything."""
