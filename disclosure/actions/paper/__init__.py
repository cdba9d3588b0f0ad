"""Answers that leave on paper or disc: sealed, sent, returned, called back."""
