"""Suggestions: spans found by rules over word lists and, if asked, by an installed model."""
