"""What the team types, checked for shape; whether it may be, the actions say."""
