"""What is reported, as values: results, totals, snapshots, summaries, troubles."""
