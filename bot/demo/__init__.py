"""`mentor demo`: the bot in a sandbox workspace, and a tour through what people see. The one room that knows both."""
