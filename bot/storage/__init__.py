"""Remembers: every table, the two ways in, and one module of queries per pillar. The only SQLAlchemy code."""
