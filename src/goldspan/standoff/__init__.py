"""Spans without their text: where they stand in it, and how their place is found in a copy of it that differs."""
