"""Regular expressions, in the settings and in files."""

import pytest

from goldspan.errors import InputError, NotFoundError
from goldspan.suggest.regular_expressions import Expression
from helpers.suggestions import recognised, recogniser


def expressions(root, **keys):
    return recogniser("regex", root, **keys)


@pytest.mark.parametrize(
    ("pattern", "text", "surfaces"),
    [
        (r"€ ?\d+", "€ 5 and €70", ["€ 5", "€70"]),
        (r"price: (?P<span>\d+)", "price: 12, 13", ["12"]),
        (r"(?P<span>\d+)(?:, (?P<span>\d+))*", "1, 2, 3 and 4", ["1", "2", "3", "4"]),
        (r"^\d+", "12 and 13\n14", ["12"]),
        (r"\d+$", "12\n13", ["13"]),
        (r"(?m)^\d+", "12\n13", ["12", "13"]),
        (r" ?\d+ ?", "a 12 b", ["12"]),
        (r"\s", "a b", []),
        (r"(?=\d)", "a 1", []),
        (r"\p{Lu}\p{Ll}+", "Élan Ünal", ["Élan", "Ünal"]),
        ("e", "de\u0301ja", ["e\u0301"]),
        (r"\d{1,3}(?:\.\d{3})++", "1.200.300", ["1.200.300"]),
    ],
)
def test_the_match_or_its_group_is_the_span(tmp_path, pattern, text, surfaces):
    finder = expressions(tmp_path, patterns={"MONEY": pattern})
    assert [surface for _, surface, _ in recognised(finder, text)] == surfaces


def test_the_rule_names_the_expression(tmp_path):
    (tmp_path / "money.txt").write_text("# amounts\n\\d+ dollars\n", encoding="utf-8")
    finder = expressions(tmp_path, patterns={"ORG": ["Apple", "Bosch"]}, files={"MONEY": "money.txt"})
    assert recognised(finder, "Bosch paid 5 dollars") == [("ORG", "Bosch", "ORG:2"), ("MONEY", "5 dollars", "money:2")]


def test_any_case_and_labels(tmp_path):
    finder = expressions(tmp_path, patterns={"FIRM": "apple"}, labels={"FIRM": "ORG"}, case="any")
    assert recognised(finder, "APPLE") == [("ORG", "APPLE", "FIRM:1")]
    assert finder.notes == ("reads FIRM as ORG",)


def test_no_expression_yet_is_a_note(tmp_path):
    (tmp_path / "money.txt").write_text("", encoding="utf-8")
    finder = expressions(tmp_path, patterns={"ORG": []}, files={"MONEY": "money.txt"})
    assert finder.notes == ("ORG has no expression: add some", "MONEY has no expression: add some")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "the key 'patterns' is missing"),
        ({"patterns": {"ORG": "("}}, "'(' is no regular expression: missing )"),
        ({"patterns": {"ORG": ["a", r"\d*"]}}, "matches nothing at all, too"),
        ({"patterns": {"ORG": ""}}, "matches nothing at all, too"),
        ({"patterns": {"CITY": "a"}}, "labels.toml has no label 'CITY'"),
        ({"patterns": {"ORG": 3}}, "'ORG' is 3, not an expression or a list"),
        ({"patterns": {"ORG": "a"}, "time_limit": 0}, "'time_limit' is 0, not a number of seconds"),
        ({"pattern": {"ORG": "a"}}, "unknown key 'pattern', did you mean 'patterns'?"),
    ],
)
def test_what_is_no_expression_is_refused(tmp_path, keys, message):
    with pytest.raises(InputError) as caught:
        expressions(tmp_path, **keys)
    assert message in str(caught.value)


def test_an_expression_of_a_file_is_refused_with_its_line(tmp_path):
    (tmp_path / "money.txt").write_text("\\d+\n[\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        expressions(tmp_path, files={"MONEY": "money.txt"})
    assert (caught.value.file.name, caught.value.line) == ("money.txt", 2)
    with pytest.raises(NotFoundError, match="there is no file none"):
        expressions(tmp_path, files={"MONEY": "none"})


def test_an_expression_that_tries_all_ways_is_stopped(tmp_path):
    finder = expressions(tmp_path, patterns={"ORG": "(a+)+b(?P<never>c)"}, time_limit=0.2)
    with pytest.raises(InputError, match=r"the expression '\(a\+\)\+b.*takes longer than 0\.2 s .*\(a\.p02\)"):
        recognised(finder, "aaab", "a" * 5000 + "bbd" + "a" * 50000)


def test_an_expression_that_calls_itself_for_ever_is_named(tmp_path, monkeypatch):
    finder = expressions(tmp_path, patterns={"ORG": "a"})

    def exhausted(*_):
        raise MemoryError

    monkeypatch.setattr(Expression, "spans", exhausted)  # (?R)?a takes some seconds to get there
    with pytest.raises(InputError, match=r"the expression 'a' takes more memory than there is \(a\.p01\)"):
        recognised(finder, "aaa")
