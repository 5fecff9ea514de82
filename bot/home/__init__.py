"""App Home: what a person sees of their own matters."""
