"""The handbook: the schemas of its files, how it is read, and the index over its articles."""
