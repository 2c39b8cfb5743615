"""Made-up news in which names are marked, so regularly that damage can be seen."""

import random

from goldspan.annotation import Example
from goldspan.formats import inline

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
