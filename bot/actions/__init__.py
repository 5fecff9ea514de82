"""Self-service: what people ask to have done, who agrees, how it is done, and whether it holds."""
