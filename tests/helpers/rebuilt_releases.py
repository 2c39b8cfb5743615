"""Releases to be rebuilt, copies of texts that differ, and what must hold of whatever is rebuilt."""

import html
import textwrap
from dataclasses import replace

import pyarrow.parquet as pq

from goldspan.corpus import Corpus
from goldspan.corpus.manifest import update_manifest
from goldspan.standoff.text_tokens import tokenize_text

AUTHORS = '[{ given = "Ada", family = "Jansen" }]'
LICENCE = "CC-BY-4.0"
DATE = "2031-01-02"
CURLY = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})


def state_release(patch):
    """Have projects that state no authors and licence be released all the same."""
    patch.setenv("GOLDSPAN_RELEASE_AUTHORS", AUTHORS)
    patch.setenv("GOLDSPAN_RELEASE_LICENCE", LICENCE)


def allow_texts(corpus, *articles):
    """The project whose manifest lets the texts of these articles travel."""
    update_manifest(
        corpus.folder / "manifest.jsonl",
        lambda entries: [replace(one, redistribution="text") if one.id in articles else one for one in entries],
    )
    return Corpus(corpus.root)


def paragraphs(text):
    return [line for line in text.split("\n") if line.strip()]


def windows_lines(text):
    return text.replace("\n", "\r\n").encode()


def straight_quotes(text):
    return text.translate(CURLY).encode()


def fixed_spaces(text):
    return text.replace(" ", "\N{NO-BREAK SPACE}").encode()


def utf_16(text):
    return text.encode("utf-16")


def old_encoding(text):
    return text.translate(CURLY).replace("’", "'").encode("cp1252", "replace")


def wrapped(text):
    return "\n\n".join(textwrap.fill(part, 60, break_on_hyphens=False) for part in paragraphs(text)).encode()


def with_headline(text):
    return ("A headline that the publisher changed later\n\n" + text).encode()


def page(text):
    body = "".join(f"<p>{html.escape(part)}</p>" for part in paragraphs(text))
    return f"<html><head><meta charset=utf-8></head><body><article>{body}</article></body></html>".encode()


SAME_WORDS = (windows_lines, straight_quotes, fixed_spaces, utf_16, wrapped, with_headline)  # take a text, give bytes


def write_texts(folder, texts, change=str.encode, name="{}.txt"):
    """Write texts, by their ids, as files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for article, text in texts.items():
        path = folder / name.format(article)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(change(text))
    return folder


def texts_of(corpus):
    return {entry.id: corpus.source(entry) for entry in corpus.entries}


def read_rows(folder, config="gold"):
    """The rows of a dataset of all splits, with the names of the labels."""
    rows = []
    for path in sorted((folder / config).glob("*.parquet")):
        table = pq.read_table(path)
        names = label_names(table.schema)
        for row in table.to_pylist():
            row["spans"] = [span | {"label": names[span["label"]]} for span in row["spans"]]
            rows.append(row)
    return rows


def label_names(schema):
    from datasets import Features

    return Features.from_arrow_schema(schema)["spans"].feature["label"].names


def keys(text):
    return [token.key for token in tokenize_text(text)]


def require_own_words(folder, corpus):
    """Require that every span in a rebuilt dataset stands on its surface, and that this has the words it had in gold.

    Returns:
        How many spans there are.
    """
    gold = {example.id: example for example in corpus.gold_examples()}
    number = 0
    for row in read_rows(folder):
        before = gold[row["id"]]
        wanted = [(span.label, keys(before.surface(span))) for span in before.spans]
        for span in row["spans"]:
            assert row["text"][span["start"] : span["end"]] == span["surface"]
            at = wanted.index((span["label"], keys(span["surface"])))
            del wanted[: at + 1]  # in the same order
            number += 1
    return number
