"""Door to `goldspan doccano`."""

from _door import open_door

open_door(__file__)
