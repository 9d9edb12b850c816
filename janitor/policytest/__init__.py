"""Policy tests: unit tests of a policy file, answered by the code that decides in a sweep."""
