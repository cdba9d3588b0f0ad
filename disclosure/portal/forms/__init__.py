"""What senders and account holders type, checked for shape at the field."""
