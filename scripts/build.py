"""Door to `goldspan build`."""

from _door import open_door

open_door(__file__)
