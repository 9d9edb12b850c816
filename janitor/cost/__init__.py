"""The price book and what is metered."""
