"""Self-service: actions, who may run them, what becomes of them."""
