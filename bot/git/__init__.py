"""Git: addresses that cannot hide a command, the hardened command line, and mirrors of other people's repositories.

Nothing here knows what a repository is used for. Git hosts (branch, commit, pull request) will live beside this.
"""
