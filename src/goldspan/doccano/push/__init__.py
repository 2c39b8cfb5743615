"""Pushes examples to Doccano: the desired state, the plan, and its application."""
