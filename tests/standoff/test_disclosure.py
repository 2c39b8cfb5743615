from goldspan.standoff.disclosure import disclosure
from goldspan.standoff.examples import FingerprintSettings


def test_its_numbers_are_those_of_the_settings():
    text = disclosure(FingerprintSettings(9, 5, 12_000, "00"))
    assert "windows of 9 tokens that begin 5 to 9 tokens apart" in text
    assert "12,000 rounds" in text
    assert "20⁵ = 3,200,000 guesses" in text
    assert "begin 3 tokens apart" in disclosure(FingerprintSettings(3, 3, 1, "00"))
