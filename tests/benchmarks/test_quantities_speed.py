"""How the time to read a quantity grows with its length, and what finding them adds to tokenizing."""

from pathlib import Path

import pytest
import spacy

from goldspan.quantities import parse_troop_count, quantity_at
from helpers.timing import seconds

pytestmark = pytest.mark.benchmark
SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]


@pytest.mark.parametrize("pattern", ["9", "1,", "a -", "five ", "between five and ", "- "])
def test_ten_times_the_words_take_about_ten_times_the_time(pattern):
    texts = [pattern * (size // len(pattern)) for size in (10_000, 100_000)]
    short, long = (min(seconds(lambda text=text: parse_troop_count(text)) for _ in range(3)) for text in texts)
    print(f"\n{pattern!r}: ten times the text takes {long / short:.1f} times as long")
    assert parse_troop_count("five " + "soldiers") is not None


def test_finding_quantities_beside_tokenizing():
    nlp = spacy.blank("en")
    docs = [nlp.make_doc(text) for text in SEEDS * 20]
    words = [[token.text for token in doc] for doc in docs]
    tokenizing = seconds(lambda: [nlp.make_doc(text) for text in SEEDS * 20])
    found = []
    finding = seconds(lambda: found.extend(quantity_at(one, i) for one in words for i in range(len(one))))
    print(f"\nfinding quantities takes {finding / tokenizing:.2f} of the time of tokenizing")
    assert any(found)
