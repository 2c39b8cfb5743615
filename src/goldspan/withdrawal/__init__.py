"""An article that has to go: every file of the project without it, and what is still elsewhere."""
