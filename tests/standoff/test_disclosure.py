from pathlib import Path

from goldspan.standoff.disclosure import disclosure
from goldspan.standoff.examples import FingerprintSettings
from goldspan.standoff.fingerprints import ROUNDS, SIZE, STEP

PAGE = Path(__file__).parents[2] / "docs" / "rebuild.md"


def test_its_numbers_are_those_of_the_settings():
    text = disclosure(FingerprintSettings(9, 5, 12_000, "00"))
    assert "windows of 9 tokens that begin 5 to 9 tokens apart" in text
    assert "12,000 rounds" in text
    assert "20⁵ = 3,200,000 guesses" in text
    assert "begin 3 tokens apart" in disclosure(FingerprintSettings(3, 3, 1, "00"))


def test_the_page_has_the_sentences_of_the_card_and_the_defaults():
    text = PAGE.read_text(encoding="utf-8")
    assert disclosure(FingerprintSettings(SIZE, STEP, ROUNDS, "00")) in text
    assert f"| **{SIZE}** | **{STEP}** |" in text
