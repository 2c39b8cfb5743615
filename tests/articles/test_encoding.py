"""Reading an article keeps every code point, or refuses the file with its name and the byte."""

import unicodedata
from pathlib import Path

import pytest

from goldspan import InputError, files
from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.articles.paragraphs import paragraphs

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
KEPT = {
    "composed": unicodedata.normalize("NFC", "Özkan Ulutaş spoke in Deçan."),
    "decomposed": unicodedata.normalize("NFD", "Özkan Ulutaş spoke in Deçan."),
    "no-break spaces": "\u00a0According to KFOR,\u202f1\u00a0000 troops left.",
    "soft hyphens": "The Inter\u00adnational Peace\u00adkeeping Force left.",
    "typographic quotes": "„KFOR left“, “it said”, «so», ‘then’ and KFOR’s own.",
    "TeX quotes": "``KFOR left,'' it said -- or `so' it seems.",
    "invisible signs": "One\u200bword, a\u2060joiner, right-to-left \u200fmarks, an inner \ufeff mark.",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f"])
def test_what_editors_like_to_normalise_is_kept(text, newline):
    article = newline.join([text, "", text, "Another line."]) + newline
    decoded = files.decode(article.encode(), "a.txt")
    assert decoded == article
    cut = examples_of("a", decoded, PARAGRAPHS)
    assert [decoded[e.at : e.at + len(e.text)] for e in cut] == [e.text for e in cut]
    assert [e.text for e in cut] == [text.strip(), text.strip(), "Another line."]


def test_a_byte_order_mark_shifts_no_offset():
    plain = examples_of("a", files.decode("Özkan left.\r\nHe is back.".encode(), "a.txt"), PARAGRAPHS)
    marked = examples_of(
        "a", files.decode(b"\xef\xbb\xbf" + "Özkan left.\r\nHe is back.".encode(), "a.txt"), PARAGRAPHS
    )
    assert plain == marked
    assert plain[0].at == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("Özkan".encode("cp1252"), "byte 0xd6 at byte 0"),
        ("Ulutaş".encode("iso8859-9"), "byte 0xfe at byte 5"),
        ("KFOR".encode("utf-16"), "byte 0xff at byte 0|NUL byte at byte 3"),
        ("KFOR".encode("utf-16-le"), "NUL byte at byte 1"),
        ("KFOR ş".encode()[:-1], "byte 0xc5 at byte 5"),
        (b"KFOR \xed\xa0\x80", "byte 0xed at byte 5"),
        (b"KFOR \xc0\x80", "byte 0xc0 at byte 5"),
        (b"\xef\xbb\xbfKFOR\0", "NUL byte at byte 7"),
        ("\u2028\u00a0\u3000".encode(), "empty"),
    ],
)
def test_other_encodings_and_broken_files_are_refused_with_the_byte(data, words):
    with pytest.raises(InputError, match=words) as caught:
        files.decode(data, Path("seeds/a.txt"))
    assert str(caught.value).startswith("seeds/a.txt: ")
    assert caught.value.remedy


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_the_paragraphs_of_a_seed_restore_it_byte_for_byte(path):
    text = files.decode(path.read_bytes(), path)
    rebuilt, at = "", 0
    for paragraph in paragraphs(text):
        between = text[at : paragraph.start]
        assert not between.strip()
        rebuilt += between + text[paragraph.start : paragraph.end]
        at = paragraph.end
    assert (rebuilt + text[at:]).encode() == path.read_bytes()
