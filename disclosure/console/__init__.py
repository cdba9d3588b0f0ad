"""The console: the face of the provider's legal team."""
