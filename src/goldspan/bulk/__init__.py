"""Work on more articles than a project holds: millions, in shards, by one process, several, or a cluster of Ray."""
