"""Connectors to the provider's own account data.

A connector answers five questions about one account of one service and nothing
else. `registry` picks it, `guard` stands between it and everybody who asks: an
answer that holds a field, a time or an account nobody asked for is refused whole.
Nothing here writes to the database, and no value stands in a repr or an error.
"""
