"""The embedded server in one file: made while people work, restored into a home of its own, compared with a server."""
