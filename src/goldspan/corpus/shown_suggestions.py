"""`corpus/shown/<project>/<article>.jsonl`: the suggestions that a push filled in for annotators, before they read.

    {"id": "a.p03", "at": 120, "text": "…", "spans": [[4, 16, "UNIT", "72nd Brigade"]], "rules": ["unit.number"],
     "scores": [0.9], "recognisers": ["patterns"]}

The lines are those of `build/suggestions` as they were at the push, with rule, score and recogniser of each span, an
example without a suggestion included: that nothing was suggested was shown, too. The file is written before anything is
uploaded, and a line stays as it is once somebody worked on its example. By it `goldspan outcomes` says what became of
each suggestion; the line of a pass names the project whose suggestions its annotator saw (`aided`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan import files, formats
from goldspan.corpus.folder_names import file_name_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus

FOLDER = "shown"


def shown_folder(corpus: Corpus, project: str) -> Path:
    """The folder with what was shown in a project."""
    return corpus.shown / file_name_of(project)


def shown_examples(corpus: Corpus, project: str) -> Iterator[Example]:
    """What was shown in a project, article by article; nothing if no suggestions were.

    Raises:
        InputError: naming the line, for the first that is not valid.
    """
    folder = shown_folder(corpus, project)
    for path in sorted(folder.glob("*.jsonl")) if files.is_there(folder) else ():
        yield from formats.load(path, "gold")
