"""Door to `goldspan show`."""

from _door import open_door

open_door(__file__)
