"""What outsiders can check: commitments, evidence, verification."""
