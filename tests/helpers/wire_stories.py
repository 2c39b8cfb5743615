"""Made-up stories of a news agency, and what newspapers make of them: an article is a list of paragraphs."""

import random
from itertools import accumulate

OPENINGS = (
    "According to the ministry,",
    "On Monday,",
    "At the same time",
    "By the evening",
    "In the north,",
    "",
    "",
    "",
)
CLOSINGS = (
    "the spokesman said.",
    "officials told reporters.",
    "according to the report.",
    "as part of the operation.",
    "the ministry said.",
    "he added.",
    "the statement reads.",
    "local media reported.",
    ".",
    ".",
)
SYLLABLES = [
    "ba",
    "cor",
    "del",
    "fen",
    "gul",
    "hir",
    "jom",
    "kas",
    "lev",
    "mir",
    "nod",
    "pol",
    "rus",
    "sen",
    "tov",
    "vil",
]
SMALL = ["the", "of", "and", "to", "in", "a", "that", "for", "with", "on", "by", "from"]
SENTENCE = (9, 22)  # words between the opening and the closing


class NewsAgency:
    """Writes stories and edits them, the same ones for the same seed."""

    def __init__(self, seed):
        self.rng = random.Random(seed)  # noqa: S311  (no secrets here)
        self.vocabulary = ["".join(self.rng.choices(SYLLABLES, k=1 + n % 3)) for n in range(4_000)]
        self.weights = list(accumulate(1 / (n + 5) for n in range(4_000)))

    def word(self):
        if self.rng.random() < 0.35:
            return self.rng.choice(SMALL)
        return self.rng.choices(self.vocabulary, cum_weights=self.weights)[0]

    def sentence(self):
        middle = [self.word() for _ in range(self.rng.randint(*SENTENCE))]
        return " ".join([self.rng.choice(OPENINGS), *middle, self.rng.choice(CLOSINGS)]).strip()

    def paragraph(self, least=1, most=3):
        return " ".join(self.sentence() for _ in range(self.rng.randint(least, most)))

    def story(self):
        return [self.paragraph(2, 3) for _ in range(self.rng.randint(5, 12))]

    def edited(self, story, one_in=12):
        """The story with one word in so many replaced, left out or added."""

        def edit(word):
            if self.rng.random() >= 1 / one_in:
                return [word]
            return self.rng.choice([[self.word()], [], [word, self.word()]])

        return [" ".join(new for word in text.split() for new in edit(word)) for text in story]

    def reordered(self, story):
        """The story lightly edited, its paragraphs in another order."""
        texts = self.edited(story)
        return self.rng.sample(texts, len(texts))

    def brief(self, story):
        """The first paragraph or two, lightly edited, in one paragraph."""
        return [" ".join(self.edited(story[: self.rng.randint(1, 2)]))]

    def brief_of_the_middle(self, story):
        """Some words of the story as they are, from anywhere."""
        words = " ".join(story).split()
        length = self.rng.randint(25, 60)
        start = self.rng.randrange(len(words) - length)
        return [" ".join(words[start : start + length])]

    def in_a_longer_article(self, story):
        """The story lightly edited, with two or three times as much text of the newspaper's own around it."""
        number = self.rng.randint(2 * len(story), 3 * len(story))
        texts = self.edited(story) + [self.paragraph(2, 3) for _ in range(number)]
        return self.rng.sample(texts, len(texts))

    def one_paragraph_kept(self, story):
        """An article of the newspaper's own with one paragraph of the story as it is."""
        return [*self.story(), self.rng.choice(story), *self.story()]

    def rewritten(self, story):
        """The story with every third word changed: what no exact comparison of trigrams can find."""
        return self.edited(story, one_in=3)
