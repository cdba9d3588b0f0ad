"""What is written to people: worded, set, filed, and what came back."""
