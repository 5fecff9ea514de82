"""Self-service: what people ask to be done becomes a reviewed change in Git, and is followed until it holds."""
