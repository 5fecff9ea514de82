"""The bot: pillars, their storage, and the composition root (`bot.app`)."""
