"""Talks: whom to invite, and notes that the people talked to let stand as evidence."""
