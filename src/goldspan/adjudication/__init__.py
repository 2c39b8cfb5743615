"""From several opinions to gold: what is agreed, what was decided, and what a person must still settle."""
