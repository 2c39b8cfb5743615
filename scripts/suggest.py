"""Door to `goldspan suggest`."""

from _door import open_door

open_door(__file__)
