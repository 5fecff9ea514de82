"""Adoption: whether teams choose what the platform offers, and how they meet policies, in either of two ways."""
