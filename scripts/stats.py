"""Door to `goldspan stats`."""

from _door import open_door

open_door(__file__)
