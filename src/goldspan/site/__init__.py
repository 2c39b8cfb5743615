"""A folder of HTML pages about a project: its articles with all spans, disputes, surface forms, reports."""
