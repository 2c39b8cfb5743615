"""Doccano, both ways: the server, what a project holds, push and pull."""
