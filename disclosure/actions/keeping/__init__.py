"""What is kept encrypted, for how long, and what must not be erased."""
