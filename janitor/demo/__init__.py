"""The story that janitor was born from, as a world and a policy file."""
