"""The version of goldspan."""

__version__ = "0.1.0"
