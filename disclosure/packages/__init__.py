"""Letters and sealed packages: typed parts in, the same bytes out every time.

Nothing here knows the database, the keys or the clock. What is released is what
`parts.PackageParts` was given, checked once more against its dispositions.
"""
