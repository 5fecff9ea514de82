"""Alembic migrations, found through the imported package."""
