"""Unit tests of a policy file: a few resources written down, and what the deciding code says of them."""
