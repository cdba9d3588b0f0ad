"""Finding the account, and asking its service for what is held."""
