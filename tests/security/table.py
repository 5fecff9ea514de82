"""All threats of docs/security.md, in its order."""

from tests.security import kept, reach, requests, rights, words

THREATS = (*requests.THREATS, *rights.THREATS, *reach.THREATS, *words.THREATS, *kept.THREATS)
