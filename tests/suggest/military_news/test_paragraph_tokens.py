"""The rules read what the pipeline without a model cuts, though each stretch without white space is cut once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import tokens
from goldspan.suggest.military_news import tokens as rule_tokens
from goldspan.suggest.military_news.tokens import RuleTokenizer, token_pairs

CUTTERS = {language: RuleTokenizer(tokens.pipeline(language)) for language in ("en", "de", "es", "zh")}
PIECES = st.sampled_from(
    "the U.S. can't 10am (Jens) [3rd] CSG-5 'quoted' “x”, a/b Fig.3 $2.5m ... -- 北京 é x EE. UU. e.g.)".split()  # noqa: SIM905
)
GAPS = st.sampled_from(["", " ", "  ", "   ", "\n", " \n", "\t", "\xa0", " \xa0 ", "\u3000", "\x1c"])
TEXTS = st.lists(PIECES | GAPS, max_size=12).map("".join) | st.text(max_size=20)


@pytest.mark.parametrize("language", sorted(CUTTERS))
@given(text=TEXTS)
def test_the_tokens_are_those_of_the_whole_text(language, text):
    cutter = CUTTERS[language]
    expected = token_pairs(cutter.nlp.make_doc(text))
    assert [expected] * 2 == list(cutter.pipe([text, text]))
    assert "".join(word + " " * space for word, space in expected) == text


def test_the_stretches_kept_are_bounded(monkeypatch):
    monkeypatch.setattr(rule_tokens, "CACHE_SIZE", 10)
    cutter = RuleTokenizer(tokens.pipeline("en"))
    for n in range(100):
        assert list(cutter.pipe([f"word{n} again"])) == [[(f"word{n}", True), ("again", False)]]
        assert len(cutter._known) <= 14
