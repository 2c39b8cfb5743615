"""Evaluation: how well predicted spans agree with gold, how sure that is, and where it fails."""
