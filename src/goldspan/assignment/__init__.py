"""Who reads which example, in balance; in which order examples are shown."""
