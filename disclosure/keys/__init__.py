"""Per-request data keys and the store that keeps them outside the database.

Each request has two data keys (`KeyPurpose`). Whatever is sealed with a key can
be read as long as the key exists; `KeyStore.destroy` is the purge. Nothing in
this package reads or writes the database.
"""
