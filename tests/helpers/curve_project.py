"""Projects whose learning curves can be told: places are soon known to all, people are named in few articles."""

from goldspan.annotation import Example, Span
from helpers import sample_corpus

LABELS = ("PERSON", "PLACE")
PEOPLE = ("Ann Lee", "Bob Ray", "Carol Ng", "Dan Wu", "Eve Orr", "Fay Kim", "Gus Poe")
PLACES = ("Oslo", "Rome", "Bonn")


def article(number, parts=3):
    """Paragraphs that name someone, of whom some other articles know, and a place that most know."""
    for part in range(parts):
        person, place = PEOPLE[(number * 2 + part) % len(PEOPLE)], PLACES[(number + part) % len(PLACES)]
        noise = " ".join(f"w{number}x{part}y{word}" for word in range(12))
        text = f"{person} went to {place} {noise}."
        at = text.index(place)
        spans = (Span(0, len(person), "PERSON"), Span(at, at + len(place), "PLACE"))
        yield Example(f"a{number:02}.p{part:02}", text, spans, at=100 * part)


def make(folder, examples, labels=LABELS):
    return sample_corpus.make(folder, examples, labels, keys="abcd")


def project(folder, articles=5):
    return make(folder, [example for number in range(articles) for example in article(number)])
