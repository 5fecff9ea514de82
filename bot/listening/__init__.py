"""What people tell the platform team and each other of their own accord: friction, success stories, thanks."""
