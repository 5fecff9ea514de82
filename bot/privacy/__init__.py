"""What is kept about a person: shown, handed over, counted as someone's, erased. Over all pillars."""
