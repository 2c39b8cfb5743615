"""Door to `goldspan export`."""

from _door import open_door

open_door(__file__)
