"""Door to `goldspan evaluate`."""

from _door import open_door

open_door(__file__)
