"""Recognisers for the tests that find what they are told to, in texts in inline notation."""

from goldspan.formats import inline
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.suggester import Suggester


class Stated:
    """A recogniser that finds given spans.

    Args:
        name: its name.
        found: by example, its spans; each may have a rule behind its label.
    """

    notes = ()

    def __init__(self, name, found):
        self.name = name
        self.found = found
        self.labels = {span[2] for spans in found.values() for span in spans}

    def found_in(self, example):
        return [RecognisedSpan(*span[:3], "rule") for span in self.found.get(example.id, ())]

    def recognise(self, documents):
        for examples in documents:
            yield [
                [RecognisedSpan(*span[:3], span[3] if len(span) > 3 else "rule") for span in self.found.get(one.id, ())]
                for one in examples
            ]


def stated(name, **marked):
    """A recogniser that finds what is marked in texts in inline notation; `a1` is the example a.p01."""
    found = {}
    for key, text in marked.items():
        _, spans = inline.parse(text)
        found[f"{key[0]}.p0{key[1]}"] = [(span.start, span.end, span.label) for span in spans]
    return Stated(name, found)


def suggested(recognisers, examples):
    """What recognisers suggest in the examples of one document."""
    return next(Suggester(recognisers).suggest_all([[one.with_spans(()) for one in examples]]))
