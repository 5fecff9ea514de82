"""Lunch: a Bolt app that is not ours, written from Bolt's public interface alone, to see whether it works here."""
