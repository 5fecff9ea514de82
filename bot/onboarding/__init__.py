"""Bringing on: a team by five steps that its lead sees, and a person by the first look at App Home."""
