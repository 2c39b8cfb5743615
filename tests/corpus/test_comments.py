"""Comments in passes: found wherever they may stand, on one line for a terminal, whole for a page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import files
from goldspan.annotation import Example
from goldspan.corpus.comments import LONGEST, PassComment, comment_line, comment_texts, comments_of_corpus
from goldspan.formats import gold

OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    ("extra", "texts"),
    [
        ({}, ()),
        ({"comments": []}, ()),
        ({"comments": None}, ()),
        ({"comments": ["G-3: a name?", "  ", "again"]}, ("G-3: a name?", "again")),
        ({"comments": "one text"}, ("one text",)),
        ({"Comments": ["of an export"]}, ("of an export",)),
        ({"Comments": [{"comment": "of a newer export", "user": 3}]}, ("of a newer export",)),
        ({"comments": [7, {"text": "é"}]}, ("7", '{"text": "é"}')),
    ],
)
def test_a_comment_is_found_wherever_it_stands_and_none_is_dropped(extra, texts):
    assert comment_texts(extra) == texts


def test_comments_on_open_examples_are_found_and_say_so(toy):
    examples = [*toy.pass_examples("ann", ["storm"])]
    lines = [
        Example(one.id, one.text, one.spans, one.at, {"confirmed": number > 0, "comments": [f"G-{number}: sure?"]})
        for number, one in enumerate(examples)
    ]
    files.write(toy.passes / "ann" / "storm.jsonl", "".join(map(gold.line, lines)))
    found = comments_of_corpus(toy, ["storm", "harbour"])
    assert found == {
        one.id: (PassComment("ann", one.id, f"G-{number}: sure?", confirmed=number > 0),)
        for number, one in enumerate(examples)
    }


def test_a_comment_of_several_lines_is_one_line_and_one_on_open_work_says_so():
    assert comment_line(PassComment("ann", "x.p01", " a\r\nb\u2028c\x85 d\n")) == "ann: a b c d"
    assert comment_line(PassComment("ann", "x.p01", "why?", confirmed=False)) == "ann (left it open): why?"


@given(st.text(max_size=400), st.text(max_size=20))
def test_a_line_of_a_comment_holds_nothing_that_a_terminal_obeys(text, name):
    line = comment_line(PassComment(name.replace("\n", "").replace("\t", ""), "x.p01", text))
    assert not OBEYED.search(line)
    assert len(line) <= LONGEST + len(name) + 3
