"""A release of the corpus: one folder for the Hub and for Zenodo, from which a stranger can rebuild it."""
