"""Handing over: what is open, for the next on duty. Each pillar adds its part by what it knows."""
