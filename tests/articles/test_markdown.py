"""Of Markdown the words are read, not the markup; its front matter is stated."""

import pytest

from goldspan import InputError
from goldspan.articles.markdown import read_markdown

SOURCE = """\
---
title: Fokker krijgt geld
date: 2024-05-03
author: [Jan Jansen, Piet]
bron: De Krant
lang: nl
tags: [defensie]
---
# Fokker krijgt *geld*

De **minister** van [Defensie](https://x.nl/a_b) zei in
Den Haag dat `x` &amp; "y" <b>vet</b> is.\\
![foto](a.png) Nieuwe ~~oude~~ regel.<!-- weg -->

- een
- twee
  met vervolg

  tweede alinea
  - drie

3. a
4. b

| Jaar | Bedrag |
|---|---|
| 2023 | **1** miljoen |

> citaat *ja*
> verder

<div>Een <i>blok</i><script>weg()</script></div>

***

    code
"""
BLOCKS = [
    "Fokker krijgt geld",
    'De minister van Defensie zei in Den Haag dat x & "y" vet is.\nNieuwe oude regel.',
    "- een\n- twee met vervolg\n  tweede alinea\n  - drie",
    "3. a\n4. b",
    "Jaar | Bedrag\n2023 | 1 miljoen",
    "citaat ja verder",
    "Een blok",
    "code\n",
]


def read(folder, content):
    path = folder / "a.md"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_markdown(path)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_text_has_a_block_for_each_block_and_no_markup(tmp_path, ends):
    article = read(tmp_path, SOURCE.replace("\n", ends))
    assert article.text.split("\n\n") == BLOCKS
    assert article.stated == {
        "title": "Fokker krijgt geld", "publisher": "De Krant", "author": ["Jan Jansen", "Piet"],
        "published": "2024-05-03",
    }  # fmt: skip
    assert (article.heading, article.language) == ("Fokker krijgt geld", "nl")
    assert article.extractor.startswith("markdown-it-py ")


@pytest.mark.parametrize(
    ("content", "stated", "text"),
    [
        ('+++\ntitle = "T"\ndate = 2024-05-03\n+++\nText.', {"title": "T", "published": "2024-05-03"}, "Text.\n"),
        ("---\nno front matter\n---\nText.", {}, "no front matter\n\nText.\n"),
        ("Text.\n\n---\n\ntitle: x", {}, "Text.\n\ntitle: x\n"),
        ("---\ntitle: x", {}, "title: x\n"),
        ("\ufeff---\ntitle: x\n---\nText.", {"title": "x"}, "Text.\n"),
    ],
)
def test_only_keys_at_the_very_beginning_are_front_matter(tmp_path, content, stated, text):
    article = read(tmp_path, content)
    assert (article.stated, article.text) == (stated, text)


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        ("---\ntitle: [x\nb: }\n---\nText.", "not YAML", 3),
        ("---\ndate: 2024-13-45\n---\nText.", "not YAML", None),
        ("---\na: " + "[" * 5000 + "\n---\nText.", "not YAML", None),
        ("+++\ntitle = x\nb = 1\n+++\nText.", "not TOML", 2),
        ("---\ntitle: x\n---\n", "the file has no text", None),
        ("![picture](a.png)", "the file has no text", None),
        (b"caf\xe9", "not UTF-8", None),
        ("", "the file is empty", None),
    ],
)
def test_what_is_broken_is_refused_with_its_line(tmp_path, content, words, line):
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, content)
    assert caught.value.file == tmp_path / "a.md"
    assert caught.value.line == line
    assert caught.value.remedy


def test_front_matter_that_refers_to_itself_states_nothing_and_takes_no_time(tmp_path):
    bomb = "---\na0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert read(tmp_path, f"{bomb}title: *a11\n---\nText.").text == "Text.\n"
    assert read(tmp_path, "---\ntitle: &a [*a]\n---\nText.").text == "Text.\n"
