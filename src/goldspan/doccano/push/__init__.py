"""Push: what is wanted, what is there, the plan between, and its application."""
