"""A local Slack workspace, as strict as Slack. Imports nothing from the bot."""
