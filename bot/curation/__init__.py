"""What the handbook lacks and how it grows: gaps, drafts for review, and the health of articles."""
