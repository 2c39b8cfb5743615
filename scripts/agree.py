"""Door to `goldspan agree`."""

from _door import open_door

open_door(__file__)
