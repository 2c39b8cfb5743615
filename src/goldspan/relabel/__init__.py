"""A label that is renamed, merged into another one or split, carried through a whole project."""
