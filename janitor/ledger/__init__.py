"""What was done: intents before the call, outcomes after it."""
