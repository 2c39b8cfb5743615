"""The annotation guidelines: pages, rules, and the changelog that tells what must be read again."""
