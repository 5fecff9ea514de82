"""The weekly digest: what changed, why we believe it, and what to do next."""
