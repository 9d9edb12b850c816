"""The ledger: intents before each deletion, outcomes after it, and what is computed from them."""
