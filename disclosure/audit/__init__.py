"""The audit trail: append, sequence, checkpoint, prove, verify.

`merkle`, `note`, `checkpoint` and `canonical` are pure and know no database.
"""
