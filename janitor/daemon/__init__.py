"""The scheduled worker: when it sweeps and reports, how it is stopped, and what it answers over HTTP."""
