"""Whether suggestions bias those who read them: a planned experiment, and what it shows."""
