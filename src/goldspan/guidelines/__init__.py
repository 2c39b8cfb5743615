"""The annotation guidelines: their pages and examples, their rules, and the changelog of the rules."""
