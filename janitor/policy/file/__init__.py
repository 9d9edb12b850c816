"""The policy file: from bytes to Policies, or to every mistake with its place. It knows nothing of deciding."""
