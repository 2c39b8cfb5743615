from collections import defaultdict
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import near_duplicates
from goldspan.annotation import LabelScheme
from goldspan.near_duplicates import SIMILAR, compare, words
from goldspan.splits.text_reuse import (
    LONG,
    MANY,
    AcceptedReuse,
    ParagraphPlace,
    StandingParagraph,
    accepted_reuse,
    find_reuse,
    group_articles,
    group_near_duplicates,
    passages,
)

PARAGRAPHS = [
    *(
        " ".join(f"{name}{n}" for n in range(length))
        for name, length in zip("abcdef", (4, 19, 20, 21, 30, 60), strict=True)
    ),
    " ".join(f"F{n}," for n in range(60)),  # the last one again, in other letters
    "a0 a1 a2 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 c0 c1",
    "—",
]


@st.composite
def corpora(draw):
    """Articles of a few paragraphs, what is accepted of them, and their splits."""
    drawn = draw(st.lists(st.lists(st.sampled_from(PARAGRAPHS), max_size=4), max_size=8))
    articles = {
        f"n{number}": {f"n{number}.p{at:02}": text for at, text in enumerate(texts)}
        for number, texts in enumerate(drawn)
    }
    examples = [example for parts in articles.values() for example in parts]
    pairs = list(combinations(articles, 2))
    accepted = AcceptedReuse(
        frozenset(draw(st.lists(st.sampled_from(examples), max_size=2)) if examples else ()),
        frozenset(draw(st.lists(st.sampled_from(pairs), max_size=3)) if pairs else ()),
    )
    return articles, accepted, {article: draw(st.sampled_from(["train", "test"])) for article in articles}


def belong_together(first, second, left_out):
    """Whether two articles belong together, by the definition."""
    a, b = ([text for text in parts.values() if tuple(words(text)) not in left_out] for parts in (first, second))
    if not words(" ".join(a)) or not words(" ".join(b)):
        return False
    same = {tuple(words(text)) for text in a} & {tuple(words(text)) for text in b}
    return any(len(each) >= LONG for each in same) or SIMILAR.holds(compare("\n".join(a), "\n".join(b)))


def related(articles, accepted):
    """All pairs that belong together, by comparing every two articles."""
    left_out = {
        tuple(words(text))
        for parts in articles.values()
        for example, text in parts.items()
        if example in accepted.paragraphs
    }
    return {
        (a, b)
        for a, b in combinations(articles, 2)
        if (a, b) not in accepted.pairs and belong_together(articles[a], articles[b], left_out)
    }


@pytest.fixture(params=[0, near_duplicates.FEW_TEXTS], ids=["matrix", "one by one"])
def few(request, monkeypatch):
    monkeypatch.setattr(near_duplicates, "FEW_TEXTS", request.param)


@pytest.mark.usefixtures("few")
@given(corpora())
def test_the_groups_are_those_that_comparing_all_articles_would_find(case):
    articles, accepted, _ = case
    names = {article: article for article in articles}
    for a, b in sorted(related(articles, accepted)):
        low, high = sorted((names[a], names[b]))
        names = {article: low if name == high else name for article, name in names.items()}
    assert group_articles(articles, accepted=accepted).names == names


@pytest.mark.usefixtures("few")
@given(corpora())
def test_all_articles_that_belong_together_in_two_parts_are_found(case):
    articles, accepted, splits = case
    reuse = find_reuse(articles, splits, accepted=accepted)
    found = {(reuse.ids[pair.first], reuse.ids[pair.second]) for pair in reuse.pairs}
    for places in reuse.paragraphs:
        assert len({" ".join(words(articles[article][example])) for article, example in places}) == 1
        assert len({splits[article] for article, _ in places}) == 2
        pairs = {(a.article, b.article) for a, b in combinations(places, 2) if splits[a.article] != splits[b.article]}
        assert pairs - found - accepted.pairs, "a paragraph of pairs that are known already says nothing new"
        found |= pairs - accepted.pairs
    assert found == {pair for pair in related(articles, accepted) if splits[pair[0]] != splits[pair[1]]}


def article(name, *texts):
    return {f"{name}.p{number:02}": text for number, text in enumerate(texts)}


def own(name, number):
    return " ".join(f"{name}{n}" for n in range(number))


@pytest.mark.parametrize(("length", "together"), [(19, False), (20, True)])
def test_a_paragraph_counts_from_twenty_words_on(length, together):
    note = own("note", length)
    articles = {name: article(name, own(name, 300), note) for name in "ab"}
    assert (group_articles(articles).names["b"] == "a") is together


@pytest.mark.parametrize(
    "other",
    [
        "ＴＨＥ ﬁrst line: of “the Straße”, in Café Roma, on Monday; with all the rest of its twenty-one words!",
        "the\nfirst line of the STRASSE in cafe\u0301 roma on monday with\u00a0all the rest of its twenty one words",
    ],
)
def test_paragraphs_are_equal_in_any_writing(other):
    text = "The first line of the Straße, in Café Roma, on Monday, with all the rest of its twenty-one words."
    assert group_articles({"a": article("a", own("a", 200), text), "b": article("b", own("b", 200), other)}).names == {
        "a": "a",
        "b": "a",
    }


def test_one_word_less_is_another_paragraph():
    text = own("note", 40)
    articles = {"a": article("a", own("a", 200), text), "b": article("b", own("b", 200), text + " more")}
    assert group_articles(articles).names == {"a": "a", "b": "b"}


def standing_note(number=MANY, note="note"):
    return {f"n{n}": article(f"n{n}", own(f"n{n}-", 200), own(note, 60)) for n in range(number)}


def test_a_paragraph_that_joins_many_groups_is_named():
    articles = standing_note()
    grouped = group_articles(articles)
    assert set(grouped.names.values()) == {"n0"}
    assert grouped.standing == (StandingParagraph("n0.p01", MANY, MANY),)
    assert group_articles(dict(list(articles.items())[1:])).standing == ()


def test_the_paragraph_of_many_copies_of_one_story_is_no_standing_one():
    story = own("s", 200)
    articles = {f"n{n}": article(f"n{n}", story, own("note", 60), own(f"n{n}", 5)) for n in range(2 * MANY)}
    assert group_articles(articles).standing == ()


def test_an_accepted_paragraph_counts_in_no_article():
    articles = standing_note() | {"brief": article("brief", own("note", 60), own("brief", 20))}
    accepted = AcceptedReuse(frozenset({"n3.p01"}))
    grouped = group_articles(articles, accepted=accepted)
    assert grouped.names == {name: name for name in sorted(articles)}
    assert grouped.standing == ()
    splits = {name: "train" if name < "n2" else "test" for name in articles}
    reuse = find_reuse(articles, splits, accepted=accepted)
    assert (reuse.pairs, reuse.paragraphs) == ([], [])


def test_an_article_of_accepted_paragraphs_alone_belongs_to_no_other():
    articles = {name: article(name, own("note", 60)) for name in "abc"}
    assert group_articles(articles, accepted=AcceptedReuse(frozenset({"a.p00"}))).names == {
        "a": "a",
        "b": "b",
        "c": "c",
    }


def test_articles_without_words_belong_to_no_other():
    assert group_articles({"a": {}, "b": article("b", "—"), "c": article("c", "")}).names == {
        "a": "a",
        "b": "b",
        "c": "c",
    }


def test_many_articles_with_one_paragraph_in_two_splits_are_one_finding():
    articles = standing_note(200)
    reuse = find_reuse(articles, {name: "train" if int(name[1:]) % 2 else "test" for name in articles})
    assert reuse.pairs == []
    [places] = reuse.paragraphs
    assert places == [ParagraphPlace(name, f"{name}.p01") for name in articles]


def scheme(*names, check="paragraph-across-splits"):
    return LabelScheme("1.0", (), {check: frozenset(names)})


ARTICLES = ("fog", "rain", "a = b", "a", "b = c", "c")


@pytest.mark.parametrize(
    ("name", "paragraphs", "pairs"),
    [
        ("fog.p01", {"fog.p01"}, set()),
        ("rain = fog", set(), {("fog", "rain")}),
        ("fog = rain", set(), {("fog", "rain")}),
        ("a = b = c", set(), {("a", "b = c")}),
        ("a = b.p00", {"a = b.p00"}, set()),
    ],
)
@pytest.mark.parametrize("check", ["paragraph-across-splits", "near-duplicate-split"])
def test_paragraphs_and_pairs_are_accepted_by_name(check, name, paragraphs, pairs):
    found = accepted_reuse(scheme(name, check=check), ARTICLES, {"fog.p01", "a = b.p00"})
    assert found == AcceptedReuse(frozenset(paragraphs), frozenset(pairs))


@pytest.mark.parametrize(
    "name", ["", "fog", "fog.p02", "fog = ", "fog=rain", "fog = snow", "fog = fog", "fog = rain = c", "fog.p01: Fog"]
)
def test_a_name_that_accepts_nothing_is_named(name):
    found = accepted_reuse(scheme(name), ARTICLES, {"fog.p01"})
    assert (found.paragraphs, found.pairs) == (frozenset(), frozenset())
    assert found.unknown == (
        f"[allow] paragraph-across-splits: {name!r} is no example of gold, and no two articles as in 'a17 = a23'",
    )


def test_a_cluster_accepts_pairs_of_articles_and_no_paragraph():
    found = accepted_reuse(scheme("fog.p01", "fog = rain", check="cluster-across-splits"), ARTICLES, {"fog.p01"})
    assert (found.paragraphs, found.pairs) == (frozenset(), {("fog", "rain")})
    assert found.unknown == ("[allow] cluster-across-splits: 'fog.p01' is no two articles as in 'a17 = a23'",)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), st.sets(st.sampled_from("abcdefgh")))
def test_articles_are_together_if_and_only_if_a_chain_of_texts_and_clusters_joins_them(clusters, similar):
    texts = {name: article(name, own("same" if name in similar else name, 60)) for name in "abcdefgh"} | {"w": {}}
    clusters = clusters | {"w": "x", "elsewhere": "x"}
    names = group_articles(texts, clusters=clusters).names
    assert group_near_duplicates(texts, clusters=clusters) == names
    joined = {"similar": set(similar)} | {c: {a for a in texts if clusters.get(a) == c} for c in "xyz"}
    for one, other in combinations(texts, 2):
        reached = {one}
        while more := {a for group in joined.values() if group & reached for a in group} - reached:
            reached |= more
        assert (names[one] == names[other]) is (other in reached)


def test_an_accepted_pair_of_a_cluster_is_not_joined_by_it():
    texts = {name: article(name, own(name, 60)) for name in "abc"}
    pair = AcceptedReuse(pairs=frozenset({("a", "b")}))
    assert group_articles(texts, accepted=pair, clusters=dict.fromkeys("ab", "c")).names == {n: n for n in "abc"}
    assert set(group_articles(texts, accepted=pair, clusters=dict.fromkeys("abc", "c")).names.values()) == {"a"}


def test_accepted_pairs_of_one_paragraph_leave_the_others_together():
    names = ["a", "b", "c", "d"]
    articles = {name: article(name, own(name, 200), own("note", 60)) for name in names}
    for number in range(7):
        for pairs in combinations(combinations(names, 2), number):
            left = defaultdict(set)
            for a, b in set(combinations(names, 2)) - set(pairs):
                left[a].add(b)
                left[b].add(a)
            grouped = group_articles(articles, accepted=AcceptedReuse(pairs=frozenset(pairs))).names
            reached, waiting = {"a"}, ["a"]
            while waiting:
                waiting += [name for name in left[waiting.pop()] if name not in reached and not reached.add(name)]
            assert {name for name in names if grouped[name] == "a"} == reached


def test_passages_of_a_whole_article_are_its_paragraphs():
    assert passages([("a", "One.\nTwo.\n"), ("b.s02", "Three.")]) == {
        "a.p01": "One.",
        "a.p02": "Two.",
        "b.s02": "Three.",
    }
    assert passages([("a", "* * *")]) == {"a": "* * *"}
