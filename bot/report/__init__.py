"""A quarter on a page, for leaders outside Slack: who chose us, what users said, what changed, where we are weak."""
