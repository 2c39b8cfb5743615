"""What gold has already: counts by hand, variants, thresholds, and that no article sees its own gold."""

import json
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InputError, files
from goldspan.annotation import Example, Span
from goldspan.formats import gold, inline
from goldspan.suggest.gold_surfaces import GoldOptions, GoldSurfaces, SurfaceCounts, of_table
from goldspan.suggest.name_matcher import NameMatcher, written_form
from goldspan.suggest.recogniser_table import RecogniserTable
from goldspan.suggest.suggester import Suggester
from helpers import sample_corpus, strategies

LABELS = ("ORG", "PRODUCT", "MONEY")


def project(root, *marked, labels=LABELS):
    """A project with texts in inline notation as gold, each an article of its own: a, b, c and so on."""
    examples = [
        inline.example(
            text[0] if isinstance(text, tuple) else f"{chr(97 + n)}.p01", text[-1] if isinstance(text, tuple) else text
        )
        for n, text in enumerate(marked)
    ]
    return sample_corpus.make(root, examples, labels)


def recogniser(corpus, **keys):
    return of_table(RecogniserTable.of_values(corpus.root, corpus.scheme, {"kind": "gold", **keys}))


def suggest(corpus, text, article="new", **keys):
    """The suggestions in a text of an article: surface, label, and the counts."""
    finder = Suggester([recogniser(corpus, **keys)])
    (example,) = finder.suggest([Example(f"{article}.p01", text)])
    evidence = example.extra.get("evidence", [])
    return [(example.surface(span), span.label, why) for span, why in zip(example.spans, evidence, strict=True)]


def test_surfaces_are_suggested_with_how_often_they_were_marked(tmp_path):
    corpus = project(
        tmp_path, "[Rood]{ORG} grew. [Rood]{ORG} fell.", "Rood is red, says [Rood]{ORG}.", "red [Blauw]{ORG}"
    )
    assert suggest(corpus, "Blauw buys Rood") == [("Blauw", "ORG", "1 of 1 marked"), ("Rood", "ORG", "3 of 4 marked")]
    finder = recogniser(corpus)
    ((found,),) = finder.recognise([[Example("new.p01", "Rood")]])
    assert found[0] == (0, 4, "ORG", "gold.seen", round(4 / 6, 3), "3 of 4 marked")
    assert finder.notes == ("counts 4 marked spans of 3 articles; for each article, those of the others",)


def test_no_article_sees_its_own_gold(tmp_path):
    corpus = project(tmp_path, "[Rood]{ORG} and [Blauw]{ORG}", "Rood and Rood and [Rood]{ORG}")
    assert suggest(corpus, "Rood and Blauw", "a", least_share=0.3) == [("Rood", "ORG", "1 of 3 marked")]
    assert suggest(corpus, "Rood and Blauw", "b") == [
        ("Rood", "ORG", "1 of 1 marked"),
        ("Blauw", "ORG", "1 of 1 marked"),
    ]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, ["Rood", "Wit"]),
        ({"least_share": 0.75}, ["Wit"]),
        ({"least_count": 2}, ["Rood"]),
        ({"least_share": 0.1}, ["Rood", "Blauw", "Wit"]),
    ],
)
def test_only_what_was_marked_often_enough_is_suggested(tmp_path, keys, found):
    corpus = project(tmp_path, "[Rood]{ORG} [Rood]{ORG} Rood Rood", "[Blauw]{ORG} Blauw Blauw", "[Wit]{ORG}")
    assert [surface for surface, _, _ in suggest(corpus, "Rood, Blauw, Wit", **keys)] == found


def test_the_longest_surface_wins_and_what_is_inside_a_longer_one_is_not_counted_as_unmarked(tmp_path):
    corpus = project(tmp_path, "[Rood]{ORG} and [Rood Verf]{PRODUCT}, [Rood Verf]{PRODUCT}")
    assert suggest(corpus, "Rood Verf of Rood") == [
        ("Rood Verf", "PRODUCT", "2 of 2 marked"),
        ("Rood", "ORG", "1 of 1 marked"),
    ]


def test_a_longer_surface_that_gold_marks_in_part_was_not_marked(tmp_path):
    corpus = project(tmp_path, "[Rood Verf]{ORG}", "[Rood]{ORG} Verf", "[Rood]{ORG} Verf")
    assert suggest(corpus, "Rood Verf") == [("Rood", "ORG", "2 of 2 marked")]


@pytest.mark.parametrize(
    ("marked", "text", "found"),
    [
        ("[Côte d'Or]{ORG}", "Côte\nd’Or", ["Côte\nd’Or"]),
        ("[Rood Verf]{ORG}", "ROOD VERF, Rood verf", ["ROOD VERF"]),
        ("[NATO]{ORG}", "Nato, nato", ["Nato"]),
        ("[IT]{ORG}", "It is IT", ["IT"]),
        ("[May]{ORG} may. I may.", "MAY may May", ["May"]),
        ("[1,000 euro]{MONEY}", "1,000 euro, 2,000 euro, 21,000 euro", ["1,000 euro"]),
        ("[삼성]{ORG}은", "삼성이 신삼성", ["삼성"]),
        ("[東京]{ORG}都", "東京に", ["東京"]),
        ("[Sie]{ORG}mens", "Sie, Siemens", ["Sie"]),
        ("[&]{ORG}", "a & b", ["&"]),
    ],
)
def test_case_line_breaks_and_apostrophes_are_variants_and_other_numbers_are_not(tmp_path, marked, text, found):
    assert [surface for surface, _, _ in suggest(project(tmp_path, marked), text)] == found


def test_another_case_has_a_rule_of_its_own_and_counts_of_its_own_once_it_was_seen(tmp_path):
    corpus = project(tmp_path, "[Rood]{ORG}", "[Rood]{ORG}")
    ((found,),) = recogniser(corpus).recognise([[Example("new.p01", "ROOD")]])
    assert [span.rule for span in found] == ["gold.variant"]
    sample_corpus.write_gold(corpus, [inline.example("b.p01", "[Rood]{ORG}, ROOD")])
    assert suggest(corpus, "ROOD Rood") == [("Rood", "ORG", "2 of 2 marked")]


def test_of_several_labels_the_most_frequent_is_suggested_and_the_others_are_named(tmp_path):
    corpus = project(tmp_path, "[Rood]{ORG} [Rood]{ORG} [Rood]{PRODUCT} Rood")
    assert suggest(corpus, "Rood") == [("Rood", "ORG", "2 of 4 marked, and 1 PRODUCT")]
    assert suggest(corpus, "Rood", least_share=0.6) == []


def test_labels_that_the_scheme_no_longer_has_are_mapped_or_left_out_and_named(tmp_path):
    corpus = project(tmp_path, "[Rood]{FIRM} [Blauw]{ORG}")
    assert suggest(corpus, "Rood Blauw") == [("Blauw", "ORG", "1 of 1 marked")]
    assert any("left out: FIRM" in note for note in recogniser(corpus).notes)
    assert recogniser(corpus).labels == {"ORG"}
    assert suggest(corpus, "Rood", labels={"FIRM": "ORG"}) == [("Rood", "ORG", "1 of 1 marked")]
    assert suggest(corpus, "Rood", labels={"FIRM": "ORG", "OLDER": "ORG"}) == [("Rood", "ORG", "1 of 1 marked")]
    with pytest.raises(InputError, match=r"labels\.toml has no label 'X'"):
        recogniser(corpus, labels={"FIRM": "X"})


def test_what_nobody_annotated_counts_neither_as_marked_nor_as_unmarked(tmp_path):
    corpus = project(tmp_path, "[Rood]{ORG} and Rood", "Rood")
    one, other = corpus.gold_examples()
    sample_corpus.write_gold(
        corpus,
        [
            replace(one, extra={"not_annotated": [[5, len(one.text)]]}),
            replace(other, extra={"not_annotated": "skipped"}),
        ],
    )
    assert suggest(corpus, "Rood") == [("Rood", "ORG", "1 of 1 marked")]


def test_confirmed_passes_can_be_counted(tmp_path):
    corpus = project(tmp_path, "nothing of Rood")
    assert recogniser(corpus, **{"from": "passes"}).notes == ("no pass has a span that counts yet",)
    for name, confirmed in (("ann", True), ("bob", True), ("cy", False)):
        example = inline.example("a.p01", "nothing of [Rood]{ORG}" if name != "bob" else "nothing of Rood")
        path = corpus.passes / name / "a.jsonl"
        files.write(path, gold.line(replace(example, extra={"confirmed": confirmed})))
    assert suggest(corpus, "Rood", **{"from": "passes"}) == [("Rood", "ORG", "1 of 2 marked")]
    assert suggest(corpus, "Rood", "a", **{"from": "passes"}) == []


def test_the_gold_of_some_splits_can_be_counted(tmp_path):
    corpus = project(tmp_path, "[Rood]{ORG}", "[Blauw]{ORG}")
    files.write(corpus.split_file("train"), "a\n")
    files.write(corpus.split_file("test"), "b\n")
    assert [found[0] for found in suggest(corpus, "Rood Blauw", splits=["train"])] == ["Rood"]


def test_empty_gold_is_said(tmp_path):
    corpus = sample_corpus.make(tmp_path, [], LABELS)
    assert recogniser(corpus).notes == ("gold is empty yet",)
    assert recogniser(corpus).labels == frozenset()
    assert suggest(corpus, "Rood") == []


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"least_share": 0}, "least_share"),
        ({"least_share": 1.5}, "least_share"),
        ({"least_count": 0}, "least_count"),
        ({"from": "silver"}, "from"),
        ({"splits": []}, "splits"),
        ({"splits": ["dev"]}, "splits"),
        ({"source": "gold"}, "source"),
    ],
)
def test_wrong_keys_are_refused_by_name(tmp_path, keys, message):
    with pytest.raises(InputError, match=message):
        recogniser(project(tmp_path, "[Rood]{ORG}"), **keys)


def test_the_command_writes_the_evidence_beside_each_span(tmp_path, goldspan):
    corpus = project(tmp_path, "[Rood]{ORG} grew")
    files.write(corpus.root / "goldspan.toml", '[[recogniser]]\nkind = "gold"\n')
    files.write(tmp_path / "in" / "new.txt", "Rood grew.\n")
    assert goldspan("suggest", tmp_path / "in", "--root", corpus.root, "--output", tmp_path / "out") == 0
    (line,) = (tmp_path / "out" / "new.jsonl").read_text().splitlines()
    assert json.loads(line)["evidence"] == ["1 of 1 marked"]


def counted_by_brute_force(examples, surface, article):
    """The mentions of a surface by label, in all articles but one; a mention inside a longer span does not count."""
    counts = {}
    for example in examples:
        if example.article == article:
            continue
        for start, end, _ in NameMatcher([surface]).find(example.text):
            labels = [span.label for span in example.spans if (span.start, span.end) == (start, end)]
            inside = any(span.start <= start and end <= span.end for span in example.spans)
            if written_form(example.text[start:end]) == written_form(surface):
                for label in labels or ([] if inside else [""]):
                    counts[label] = counts.get(label, 0) + 1
    return counts


@st.composite
def word_examples(draw):
    """Examples of a few words, with spans that begin and end with words."""
    examples = []
    for number in range(draw(st.integers(1, 5))):
        words = draw(st.lists(st.sampled_from(["Aa", "AA", "aa", "Bb", "b,c", "7"]), min_size=1, max_size=8))
        starts = [sum(len(word) + 1 for word in words[:n]) for n in range(len(words))]
        cuts = sorted(draw(st.sets(st.integers(0, len(words)), max_size=6)))
        spans = [
            Span(starts[first], starts[last - 1] + len(words[last - 1]), draw(strategies.labels))
            for first, last in pairwise(cuts)
            if draw(st.booleans())
        ]
        examples.append(Example(f"a{number % 3}.p{number}", " ".join(words), tuple(spans)))
    return examples


@given(word_examples())
def test_the_counts_are_those_of_a_search_for_each_surface(examples):
    counts = SurfaceCounts(examples)
    for example in examples:
        for span in example.spans:
            surface = example.surface(span)
            for article in ("a0", "a1", "a2", "none"):
                found = counts.mentions(counts.matcher.add(surface), [written_form(surface)], article)
                assert dict(found) == counted_by_brute_force(examples, surface, article)


@given(word_examples())
def test_an_articles_suggestions_do_not_depend_on_its_gold(examples):
    own = [example for example in examples if example.article == "a0"]
    others = [example for example in examples if example.article != "a0"]
    labels = {label: label for label in strategies.LABELS}
    options = GoldOptions(kind="gold", least_share=0.3)
    seen, unseen = (
        list(GoldSurfaces(SurfaceCounts(known), labels, (), options, "gold").recognise([own]))
        for known in (examples, others)
    )
    assert seen == unseen


@given(word_examples())
def test_suggestions_do_not_depend_on_the_gold_of_articles_that_are_left_out(examples):
    own = [example for example in examples if example.article == "a0"]
    others = [example for example in examples if example.article not in ("a0", "a1")]
    labels = {label: label for label in strategies.LABELS}
    options = GoldOptions(kind="gold", least_share=0.3)
    everything, less = (GoldSurfaces(SurfaceCounts(known), labels, (), options, "gold") for known in (examples, others))
    assert list(everything.without_articles(["a1"]).recognise([own])) == list(less.recognise([own]))


@pytest.mark.slow
def test_a_hundred_thousand_examples_are_counted_in_less_than_a_minute():
    text = "De top van Firma{0} uit Stad{1} zei dat er {0},000 euro nodig is. " * 5
    examples = []
    for number in range(100_000):
        here = text.format(number % 5_000, number % 700)
        start = here.index("Firma")
        spans = (Span(start, here.index(" ", start), "ORG"),)
        examples.append(Example(f"a{number // 20}.p{number % 20}", here, spans))
    begin = time.perf_counter()
    counts = SurfaceCounts(examples)
    assert time.perf_counter() - begin < 60
    assert counts.mentions("firma7", ["Firma7"], "none") == {"ORG": 20, "": 80}
