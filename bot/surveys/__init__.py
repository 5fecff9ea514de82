"""Pulse surveys: who is asked what and when, what they say, and what is kept of it once a wave is closed."""
