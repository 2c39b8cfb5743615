"""How far a round is, at which pace, and when it will be done."""
