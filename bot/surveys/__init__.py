"""Pulse surveys: whom is asked what, and what may be shown of it."""
