"""Benchmarks: what a sweep costs beside a raw loop of Google's own client. `make bench` runs them."""
