"""Puts somebody's own copies of the texts under the spans of a release."""
