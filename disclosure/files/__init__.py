"""Files that come in and packages that go out: judged, encrypted, kept, shown.

`inspection.inspect` says whether an upload may come in, `storage` keeps bytes
encrypted under names of its own, `pages` turns a document into images that are
safe to show. Hostile bytes are only ever parsed in a limited worker process.
"""
