"""Made-up news in which names are marked, so regularly that damage can be seen."""

import random

from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.formats import inline
from helpers import sample_corpus

PERSONS = ("Ada Berg", "Bo Lund", "Carla Ness", "Dan Holt", "Eva Rask", "Finn Moe", "Gro Lie", "Hans Vik", "Ida Foss")
PLACES = ("Narvik", "Oslo", "Bergen", "Tromso", "Vardo", "Molde", "Alta", "Bodo", "Hamar", "Skien")
FRAMES = (
    "Mayor [{p}]{{PERSON}} said on Monday that the harbour of [{l}]{{PLACE}} stays open .",
    "The ferry from [{l}]{{PLACE}} was late , captain [{p}]{{PERSON}} told reporters .",
    "In [{l}]{{PLACE}} the storm broke windows , and the school was closed for two days .",
    "Minister [{p}]{{PERSON}} travelled to [{l}]{{PLACE}} and met Mayor [{q}]{{PERSON}} there .",
    "Nobody was hurt , and the road was open again in the evening .",
)


def made_up_gold(articles=12, paragraphs=8, seed=0):
    """Examples of some articles, all marked right."""
    draw = random.Random(seed)  # noqa: S311  (no secret)
    made = []
    for article in range(articles):
        for number in range(1, paragraphs + 1):
            frame = draw.choice(FRAMES)
            names = {"p": draw.choice(PERSONS), "q": draw.choice(PERSONS), "l": draw.choice(PLACES)}
            made.append(inline.example(f"story{article:02}.p{number:02}", frame.format(**names), at=1000 * number))
    return made


def example(name, marked, **extra):
    """An example from its inline form, with extra keys."""
    made = inline.example(name, marked)
    return Example(made.id, made.text, made.spans, made.at, extra)


def made_up_project(root):
    """A project of made-up news, without passes, in which one span has the wrong label."""
    examples = made_up_gold(articles=5, paragraphs=5)
    number, wrong = next((n, one) for n, one in enumerate(examples) if len(one.spans) > 1)
    first, *others = wrong.spans
    label = "PERSON" if first.label == "PLACE" else "PLACE"
    examples[number] = wrong.with_spans([Span(first.start, first.end, label), *others])
    made = sample_corpus.make(root, examples, ["PERSON", "PLACE"], ["p", "l"])
    (made.root / "goldspan.toml").write_text("recogniser = []\n", encoding="utf-8")
    for page in ("p.md", "l.md"):
        (made.guidelines / page).write_text("# Made up\n", encoding="utf-8")
    return Corpus(made.root)
