"""Door to `goldspan split`."""

from _door import open_door

open_door(__file__)
