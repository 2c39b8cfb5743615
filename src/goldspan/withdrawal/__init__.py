"""Takes an article out of a project because somebody asked for it."""
