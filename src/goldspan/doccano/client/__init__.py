"""The HTTP client of Doccano: requests, calls of its API, and what it answers."""
