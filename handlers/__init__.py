"""Listens to Slack: reads, calls one use case, acknowledges."""
