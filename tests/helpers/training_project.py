"""Projects with gold in splits, for the tests of training."""

from goldspan import files
from goldspan.formats import inline
from helpers import sample_corpus
from helpers.recognisers import in_articles

TEXTS = {
    "a": ["The [Aurora]{SHIP} left [Port Said]{PORT}.", "Nothing was seen of the [Belle]{SHIP}."],
    "b": ["In [Oslo]{PORT} the [Belle]{SHIP} was repaired.", "It rained."],
    "c": ["The [Belle]{SHIP} came from [Oslo]{PORT}."],
    "d": ["The [Aurora]{SHIP} is in [Oslo]{PORT} and [Bergen]{PORT}.", "The crew left."],
}
SPLITS = {"train": "ab", "validation": "c", "test": "d"}


def make(root, texts=None, splits=None, labels=("SHIP", "PORT"), toml='[[recogniser]]\nkind = "gold"\n'):
    """A project with an article for each key of `texts`, and the lists of `splits`, an article for each letter."""
    texts = TEXTS if texts is None else texts
    examples = in_articles(
        *(
            inline.example(f"{article}.p0{number}", text)
            for article, rows in texts.items()
            for number, text in enumerate(rows, 1)
        )
    )
    files.write(root / "goldspan.toml", toml)
    corpus = sample_corpus.make(root, examples, labels)
    for article in texts:
        paragraphs = [example.text for example in examples if example.article == article]
        files.write(corpus.seeds / f"{article}.txt", "\n\n".join(paragraphs) + "\n")
    for split, articles in (SPLITS if splits is None else splits).items():
        files.write(corpus.split_file(split), "".join(f"{article}\n" for article in articles))
    return corpus
