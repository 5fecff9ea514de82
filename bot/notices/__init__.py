"""Notices: what changes, goes or is broken, told once to those it concerns, and how far teams are with it."""
