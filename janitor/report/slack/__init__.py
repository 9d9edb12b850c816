"""Messages for Slack as values: Block Kit within its limits, and text that Slack obeys nowhere."""
