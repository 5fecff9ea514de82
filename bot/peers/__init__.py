"""Peers: every message of watched channels, and which of them are questions."""
