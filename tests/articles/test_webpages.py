"""Of a saved page the main text is read in its own encoding, and what the page states of itself; nothing is guessed."""

import sys

import pytest

from goldspan import InputError
from goldspan.articles.columns import statements
from goldspan.articles.webpages import read_page
from goldspan.errors import NotFoundError

FIRST = "Der Minister sagte am Dienstag in Den Haag, dass das Unternehmen Fokker drei Millionen Euro erhält."
SECOND = "Die Größe des Auftrags überraschte, und die Kammer berät am Mittwoch über den Haushalt des Landes."
BODY = f"""<nav><a href="/">Start</a></nav><article><h1>Fokker bekommt Geld</h1><p>Der <b>Minister</b> sagte am Dienstag
in Den&nbsp;Haag, dass das Unternehmen <a href="/f">Fokker</a> drei Millionen Euro erhält.</p><h2>Die Kammer</h2>
<p>{SECOND}</p><ul><li>Erster Punkt</li><li>Zweiter Punkt</li></ul><table><tr><th>Jahr</th><th>Betrag</th></tr><tr>
<td>2023</td><td>1 Million</td></tr></table><blockquote>„Ein Zitat“, sagte sie.</blockquote></article>
<footer>© Zeitung</footer>"""
JSON_LD = """<script type="application/ld+json">{"@graph": [{"@type": "WebPage"}, {"@type": ["NewsArticle"],
"headline": "Fokker
bekommt Geld", "datePublished": "2024-05-03T10:00:00+02:00", "author": [{"name": "Jan J."}, {"name": "P. Q."}],
"publisher": {"name": "Zeitung"}, "license": {"url": "https://a.de/l"}, "url": "https://a.de/1"}]}</script>"""
OPEN_GRAPH = """<meta property="og:title" content="T"><meta property="og:site_name" content="Z">
<meta property="article:published_time" content="2024-05-03"><meta name="author" content="Jan J.">
<link rel="canonical" href="https://a.de/1"><link rel="license" href="https://a.de/l">"""
DUBLIN_CORE = """<meta name="DC.title" content="T"><meta name="citation_author" content="A">
<meta name="citation_author" content="B"><meta name="DC.date" content="2024-05-03">"""


def page(folder, *, head="", body=BODY, encoding="utf-8", lang="de"):
    path = folder / "a.html"
    path.write_bytes(f"<!doctype html><html lang={lang}><head>{head}</head><body>{body}</body></html>".encode(encoding))
    return path


def stated(path):
    return statements(read_page(path).stated)[0]


def test_the_main_text_has_a_block_for_each_paragraph_and_no_menu(tmp_path):
    found = read_page(page(tmp_path))
    assert found.text.split("\n\n") == [
        "Fokker bekommt Geld",
        FIRST,
        "Die Kammer",
        SECOND,
        "- Erster Punkt\n- Zweiter Punkt",
        "Jahr | Betrag\n2023 | 1 Million",
        "„Ein Zitat“, sagte sie.\n",
    ]
    assert found.extractor.startswith("trafilatura ")
    assert (found.language, found.doubts) == ("de", ())


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("", "utf-8"),
        ("<meta charset=utf-8>", "utf-8-sig"),
        ("<meta charset=latin-1>", "cp1252"),
        ("<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>", "cp1252"),
        ("<meta charset='windows-1252'>", "cp1252"),
        ("<meta charset=utf-16>", "utf-16"),
        ("<meta charset=utf-16>", "utf-8"),
        ("", "utf-16-le"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_states(tmp_path, head, encoding):
    assert "„Ein Zitat“" in read_page(page(tmp_path, head=head, encoding=encoding)).text


def test_a_page_that_is_utf_8_is_read_so_though_it_states_otherwise_and_that_is_said(tmp_path):
    found = read_page(page(tmp_path, head="<meta charset=iso-8859-1>", encoding="utf-8"))
    assert "„Ein Zitat“" in found.text
    assert found.doubts == ("the page states the encoding iso-8859-1, and is read in UTF-8, which all of it is",)


def test_an_xhtml_page_states_its_encoding_in_its_first_line(tmp_path):
    path = tmp_path / "a.xhtml"
    path.write_bytes(f'<?xml version="1.0" encoding="windows-1252"?><html><body>{BODY}</body></html>'.encode("cp1252"))
    assert SECOND in read_page(path).text


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (JSON_LD, {"title": "Fokker bekommt Geld", "publisher": "Zeitung", "author": "Jan J., P. Q.",
                   "url": "https://a.de/1", "published": "2024-05-03", "licence": "https://a.de/l"}),
        (OPEN_GRAPH, {"title": "T", "publisher": "Z", "author": "Jan J.", "url": "https://a.de/1",
                      "published": "2024-05-03", "licence": "https://a.de/l"}),
        (DUBLIN_CORE, {"title": "T", "author": "A, B", "published": "2024-05-03"}),
        ('<title>T – Z</title><meta property="og:site_name" content="Z">', {"title": "T", "publisher": "Z"}),
        ('<meta name="author" content="https://a.de/jan"><meta property="og:url" content="/1">', {}),
        ('<meta name="date" content="03/04/2024">', {}),
        ('<meta name="DC.date" content="2024"><meta name="date" content="2024-05-03">', {"published": "2024-05-03"}),
        ('<meta property="og:url" content="/1"><link rel="canonical" href="https://a.de/1">', {"url": "https://a.de/1"}),
        ('<script type="application/ld+json">{broken</script>', {}),
        ('<script type="application/ld+json">{"@type": "Organization", "name": "Z"}</script>', {}),
        ("", {}),
    ],
)  # fmt: skip
def test_what_a_page_states_is_read_and_nothing_else(tmp_path, head, expected):
    assert stated(page(tmp_path, head=head)) == expected


def test_a_byline_in_the_text_is_not_taken_for_a_statement(tmp_path):
    body = BODY.replace("<h2>", "<p class='byline'>Von Jan Jansen, 3. Mai 2024</p><h2>")
    assert stated(page(tmp_path, body=body)) == {}


def test_a_notice_on_cookies_is_noted(tmp_path):
    text = (
        "We use cookies and similar technologies. With your consent we store cookies in your browser to show you ads. "
    )
    assert read_page(page(tmp_path, body=f"<div><p>{text}</p></div>")).doubts == (
        "the text may be a notice on cookies or subscriptions, not an article",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"<html><body><div>We use cookies. <button>Accept</button></div></body></html>", "no main text"),
        (b"<frameset><frame src=x></frameset>", "no main text"),
        (b'{"a": 1}', "no main text"),
        (b"<p>a\0b</p>", "NUL at code point 4"),
        (bytes(range(1, 256)), "not UTF-8: byte 0x80 at byte 127"),
        ("<p>Größe</p>".encode("latin-1"), "not UTF-8: byte 0xf6 at byte 5"),
        (b"<meta charset=klingon><p>x</p>", "states the encoding 'klingon', which is not known"),
        (b"<meta charset=hex><p>x</p>", "states the encoding 'hex', which is not known"),
        (b"<meta charset=ascii><p>\x81</p>", "not ascii, which the page states: byte 0x81"),
    ],
)
def test_a_page_without_an_article_or_in_another_encoding_is_refused(tmp_path, content, words):
    path = tmp_path / "a.html"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_page(path)
    assert caught.value.file == path
    assert caught.value.remedy


def test_without_the_extra_the_message_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(NotFoundError) as caught:
        read_page(page(tmp_path))
    assert "pip install 'goldspan[html]'" in caught.value.remedy
