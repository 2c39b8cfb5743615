"""Door to `goldspan convert`."""

from _door import open_door

open_door(__file__)
