"""Listen first: what the team believes of its users, held against what happened; and teams' ways to production."""
