"""A radrig board in Python: standard library only, written from PROTOCOL.md alone."""

__version__ = "0.1.0"
