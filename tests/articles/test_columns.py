"""Columns are named or guessed from their names and what is in them; two texts are never chosen between."""

from pathlib import Path

import pytest

from goldspan import InputError
from goldspan.articles.columns import ColumnNames, annotation_in, choose_columns, statements, usual_statements

LONG = "Der Minister sagte am Dienstag, dass das Unternehmen drei Millionen Euro erhält. " * 4
PATH = Path("a.csv")


def chosen(row, *, rows=3, **names):
    sample = [{key: f"{value}{n}" if key == "id" else value for key, value in row.items()} for n in range(rows)]
    found = choose_columns(PATH, sample, ColumnNames(**names), "de")
    return {part: column.name for part, column in found.columns.items()}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"headline": "T", "body": LONG}, {"title": "headline", "text": "body"}),
        ({"titel": "T", "artikel": LONG, "datum": "3. Mai 2024"},
         {"title": "titel", "text": "artikel", "published": "datum"}),
        ({"Titre": "T", "Contenu": LONG, "auteur": "A", "lien": "https://a.b/c"},
         {"title": "Titre", "text": "Contenu", "author": "auteur", "url": "lien"}),
        ({"título": "T", "contenido": LONG, "fuente": "F"},
         {"title": "título", "text": "contenido", "publisher": "fuente"}),
        ({"标题": "T", "正文": LONG, "日期": "2024年5月3日"}, {"title": "标题", "text": "正文", "published": "日期"}),
        ({"datePublished": "2024-05-03", "articleBody": LONG}, {"published": "datePublished", "text": "articleBody"}),
        ({"published_at": "2024-05-03", "TEXT": LONG}, {"published": "published_at", "text": "TEXT"}),
        ({"id": "a", "text": LONG, "license": "CC0-1.0"}, {"id": "id", "text": "text", "licence": "license"}),
        ({"c1": "x", "c2": LONG}, {"text": "c2"}),
        ({"article": "17", "content": LONG}, {"text": "content"}),
        ({"text": LONG, "url": "no address", "date": "soon"}, {"text": "text"}),
        ({"text": LONG, "source": "https://a.b/c"}, {"text": "text"}),
        ({"text": LONG, "date": "03/04/2024"}, {"text": "text", "published": "date"}),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_names_in_many_languages_and_from_what_is_in_them(row, expected):
    assert chosen(row) == expected


def test_a_column_that_was_named_is_taken_and_an_empty_name_takes_none():
    row = {"headline": "T", "kicker": "K", "body": LONG, "content": LONG}
    assert chosen(row, text="body", title="kicker") == {"text": "body", "title": "kicker"}
    assert chosen(row, text="content", title="") == {"text": "content"}


def test_a_path_leads_into_objects():
    row = {"article": {"body": LONG}, "meta": {"title": "T"}}
    assert chosen(row, text="article.body", title="meta.title") == {"text": "article.body", "title": "meta.title"}
    found = choose_columns(PATH, [row], ColumnNames(text="article.body", title="meta.title"))
    assert (found.cell(row, "text"), found.cell(row, "title"), found.cell(row, "url")) == (LONG, "T", None)
    assert found.left_out == ()


def test_what_else_might_have_been_meant_is_kept_and_what_is_nothing_is_left_out():
    found = choose_columns(PATH, [{"text": LONG, "source": "A", "site": "B", "views": 3}], ColumnNames())
    assert (found.columns["publisher"].name, found.columns["publisher"].others) == ("source", ("site",))
    assert found.left_out == ("site", "views")


@pytest.mark.parametrize(
    ("row", "names", "words", "remedy"),
    [
        ({"body": LONG, "content": LONG}, {}, "the text may be in 'body' and 'content'", "--text body"),
        ({"x": LONG, "y": LONG}, {}, "the text may be in 'x' and 'y'", "--text x"),
        ({"a": "1", "b": "2"}, {}, "no column is the text: there are 'a' and 'b'", "--text COLUMN"),
        ({"article": {"body": LONG}}, {}, "it may be inside 'article'", "--text article.body"),
        ({"text": 5, "n": 1}, {}, "the column 'text' holds no texts", "--text names another of 'n'."),
        ({"text": b"bytes"}, {}, "the column 'text' holds no texts", "Write its values as strings."),
        ({"text": LONG}, {"title": "kop"}, "there is no column 'kop' for --title", "Its columns are 'text'"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_option_that_tells_it(row, names, words, remedy):
    with pytest.raises(InputError) as caught:
        choose_columns(PATH, [row, dict(row)], ColumnNames(**names))
    assert words in caught.value.message
    assert remedy in caught.value.remedy


def test_statements_are_one_line_each_and_what_is_none_is_said():
    stated, refused = statements({
        "title": " A\ntitle\x1b ", "author": [{"name": "Jan"}, "Piet", {"name": "Jan"}], "url": "www.a.b",
        "published": "03/04/2024", "licence": {"url": "https://a.b/c"}, "publisher": "",
    })  # fmt: skip
    assert stated == {"title": "A title", "author": "Jan, Piet", "licence": "https://a.b/c"}
    assert refused == {
        "published": "'03/04/2024' is one of two days, depending on which number is the month",
        "url": "'www.a.b' is no address",
    }
    assert statements({"published": "03/04/2024"}, order="day-first")[0] == {"published": "2024-04-03"}


def test_keys_of_a_front_matter_are_known_by_the_same_names():
    assert usual_statements({"Titel": "T", "tags": ["x"], "datum": "3.5.2024"}) == {
        "title": "T",
        "published": "3.5.2024",
    }


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"text": "Berlin", "spans": [[0, 6, "GPE"]]}, "spans"),
        ({"text": "Berlin", "marks": [{"start": 0, "end": 6, "label": "GPE"}]}, "marks"),
        ({"text": "Berlin", "cell": '[{"start": 0, "end": 6, "label": "GPE"}]'}, "cell"),
        ({"text": "Berlin", "entities": []}, "entities"),
        ({"text": "Berlin", "tags": ["B-GPE", "O"]}, "tags"),
        ({"text": "Berlin", "tags": ["politics", "war"]}, None),
        ({"text": "Berlin", "tags": [], "label": "sports", "result": []}, None),
        ({"text": "Berlin", "json": "[1, 2"}, None),
    ],
)
def test_annotation_is_told_from_other_columns(row, key):
    found = annotation_in(row, ["text"])
    assert (found and found[0]) == key
