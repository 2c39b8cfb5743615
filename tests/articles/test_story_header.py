"""What a text says of itself in so many words is proposed; what may be two things is not, and is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.articles.story_header import story_header

BODY = """\
De minister van Defensie zei dinsdag in Den Haag dat het bedrijf Fokker 3 miljoen euro krijgt. Dat is veel.

Nog een alinea met tekst over de Tweede Kamer.
"""
WRAPPED = """\
The minister said on Tuesday in The Hague that the company
would get three million euros, which is much more than last
year, and that the chamber would meet on Wednesday to talk
about it.
"""


@pytest.mark.parametrize(
    ("language", "text", "proposed"),
    [
        ("nl", f"Fokker krijgt geld\n\nDoor Jan van der Berg\n3 mei 2024\n\n{BODY}\n© 2024 De Krant. Alle rechten.",
         {"title": "Fokker krijgt geld", "author": "Jan van der Berg", "published": "2024-05-03",
          "publisher": "De Krant", "licence": "© 2024 De Krant. Alle rechten."}),
        ("en", f"By Jane Doe | May 3, 2024\n\n{BODY}", {"author": "Jane Doe", "published": "2024-05-03"}),
        ("en", f"By JANE DOE and JOHN SMITH, Reuters\n{BODY}", {"author": "JANE DOE and JOHN SMITH"}),
        ("en", f"THE HAGUE, May 3, 2024 (Reuters) – {BODY}", {"published": "2024-05-03", "publisher": "Reuters"}),
        ("de", f"Titel: Geld\nAutor: Hans Müller\nDatum: 3.5.2024\nQuelle: Die Zeitung\n\n{BODY}",
         {"title": "Geld", "author": "Hans Müller", "published": "2024-05-03", "publisher": "Die Zeitung"}),
        ("de", f"Veröffentlicht am 3. Mai 2024\n{BODY}", {"published": "2024-05-03"}),
        ("nl", f"Fokker krijgt geld\n\nBron: NOS\nhttps://nos.nl/a/1\n{BODY}",
         {"title": "Fokker krijgt geld", "publisher": "NOS", "url": "https://nos.nl/a/1"}),
        ("ja", f"防衛省が発表\n2024年5月3日\n{'防衛省は三日、新しい計画を発表した。' * 5}",
         {"title": "防衛省が発表", "published": "2024-05-03"}),
        ("en", f"By the time the troops left, nobody was there.\n{BODY}", {}),
        ("en", f"LONDON, May 3 (Reuters) - {BODY}", {}),
        ("nl", BODY, {}),
        ("en", WRAPPED, {}),
        ("en", "A single line", {}),
        ("en", "A: b\nC: d", {}),
    ],
)  # fmt: skip
def test_what_stands_there_is_proposed_and_nothing_else(language, text, proposed):
    assert story_header(text, language).proposed == proposed


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        (f"Troops leave the town\n03/04/2024\n{BODY}", {"published": "'03/04/2024' is one of two days"}),
        (f"De Krant\nFokker krijgt drie miljoen\n{BODY}", {"title": "the title may be 'De Krant' or 'Fokker"}),
    ],
)
def test_what_may_be_two_things_is_not_proposed_but_said(text, doubts):
    header = story_header(text, "nl")
    assert header.doubts.keys() == doubts.keys()
    assert all(header.doubts[key].startswith(words) for key, words in doubts.items())
    assert not header.proposed.keys() & doubts.keys()


def test_the_order_of_numbers_in_dates_may_be_stated():
    assert (
        story_header(f"Troops leave the town\n03/04/2024\n{BODY}", "nl", "day-first").proposed["published"]
        == "2024-04-03"
    )


@given(st.text(max_size=300), st.sampled_from(["en", "nl", "zh", "xx"]))
def test_every_proposal_stands_in_the_text(text, language):
    for key, words in story_header(text, language).proposed.items():
        assert key == "published" or words in text
