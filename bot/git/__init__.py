"""Git: addresses that cannot hide a command, the hardened command line, mirrors, and hosts which take proposals.

Nothing here knows what a repository is used for.
"""
