"""Door to `goldspan adjudicate`."""

from _door import open_door

open_door(__file__)
