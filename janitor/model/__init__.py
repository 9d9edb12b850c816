"""The vocabulary: names, resources, references, gaps, money, durations. No I/O, no verdicts."""
