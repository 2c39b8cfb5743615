"""Pull: the work of annotators into passes, planned byte for byte before anything is written."""
