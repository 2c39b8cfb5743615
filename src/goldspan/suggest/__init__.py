"""Suggestions: spans found by rules over word lists and, if one is named, by an installed model."""
