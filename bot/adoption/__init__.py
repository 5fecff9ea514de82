"""Adoption: how teams meet policies, by the platform's way or by evidence of their own. Both comply."""
