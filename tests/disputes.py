"""The small corpus with something to settle: its one dispute, and a way to make more."""

from goldspan import files
from goldspan.formats import gold as lines
from goldspan.values import Span

BELLE, NORD, PORT = Span(12, 24, "SHIP"), Span(29, 38, "SHIP"), Span(49, 59, "PORT")  # of storm.p02


def mark(corpus, annotator, example, *spans):
    """Let an annotator have marked something else; a new annotator has the rest from the first."""
    path = corpus.passes / annotator / f"{example.rpartition('.')[0]}.jsonl"
    path.parent.mkdir(exist_ok=True)
    before = {one.id: one for one in corpus.pass_examples(annotator, [path.stem])}
    texts = (before.get(one.id, one) for one in corpus.pass_examples("ann", [path.stem]))
    files.write(path, "".join(lines.line(one.with_spans(spans) if one.id == example else one) for one in texts))
