"""Disclosure Desk: who may learn the identity behind an account, and what is given."""

__version__ = "0.1.0"
