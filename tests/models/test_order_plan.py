"""The reading order of a project: what is ranked, what keeps its line, and what expects spans."""

import hashlib
import shutil
from dataclasses import replace

import pytest

from goldspan import files
from goldspan.annotation import Example, Span
from goldspan.articles.examples import article_examples
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.corpus.reading_order import mark_pushed
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold
from goldspan.models import order_plan
from goldspan.models.order_plan import ExpectationSource, plan_order, rate_interval, reasons, write_order
from goldspan.models.reading_order import RankOptions
from helpers import sample_corpus
from helpers.reading_simulation import SurfaceTrainer, made_up_articles

BY_SUGGESTIONS = ExpectationSource(suggestions=True)
BY_SCORE = RankOptions(random_share=0)


@pytest.fixture
def trained(monkeypatch):
    """The trainer of every project is a gazetteer; a list of the seeds with which it was asked to train."""
    seeds = []

    class Counted(SurfaceTrainer):
        def train(self, training, validation=(), *, seed=0):
            seeds.append(seed)
            return super().train(training, validation, seed=seed)

    monkeypatch.setattr(order_plan, "trainer_of", lambda *_, **__: Counted())
    return seeds


def project(root, articles, with_gold=()):
    """A project of some articles, of which some have gold."""
    sample_corpus.make(root, [example for each in articles.values() for example in each], ["SHIP", "PORT"])
    shutil.rmtree(root / "corpus" / "gold")
    entries = []
    for name, examples in articles.items():
        text = "\n\n".join(example.text for example in examples) + "\n"
        files.write(root / "seeds" / f"{name}.txt", text)
        entries.append(ManifestEntry(name, f"{name}.txt", hashlib.sha256(text.encode()).hexdigest()))
    write_manifest(root / "corpus" / "manifest.jsonl", entries)
    corpus = Corpus(root)
    for name in with_gold:
        gold.write(corpus.gold / f"{name}.jsonl", annotated(corpus, articles, name))
    return corpus


def annotated(corpus, articles, name):
    """The examples of an article with their spans."""
    entry = next(each for each in corpus.entries if each.id == name)
    cut = article_examples(corpus, entry)
    return [replace(one, spans=each.spans) for one, each in zip(cut, articles[name], strict=True)]


def suggest(corpus, articles, names=None):
    for name in names or articles:
        gold.write(corpus.suggestions / f"{name}.jsonl", annotated(corpus, articles, name))


@pytest.fixture
def articles():
    return made_up_articles(12, seed=1)


@pytest.fixture
def corpus(tmp_path, articles):
    """Twelve articles, of which three have gold."""
    return project(tmp_path / "made-up", articles, ["art000", "art001", "art002"])


def ids(order):
    return [one.article for one in order]


def test_what_nobody_has_read_is_ranked_by_two_models_and_none_is_trained_twice(corpus, articles, trained):
    plan = plan_order(corpus)
    assert sorted(ids(plan.ranked)) == sorted(articles)[3:]
    assert plan.kept == ()
    assert sorted(trained) == [0, 1]
    gazetteer = "a gazetteer of gold, trained on 3 articles with seed"
    assert plan.source == f"{gazetteer} 0; compared with {gazetteer} 1"
    assert all(one.differing is not None for one in plan.ranked)
    assert not corpus.order_file.exists()
    assert plan_order(corpus).order == plan.order
    assert sorted(trained) == [0, 1]


@pytest.mark.usefixtures("trained")
def test_an_order_that_was_written_is_read_again_and_stays(corpus):
    plan = plan_order(corpus)
    assert write_order(corpus, plan)
    assert ids(corpus.reading_order()) == ids(plan.order)
    assert not write_order(Corpus(corpus.root), plan_order(Corpus(corpus.root)))


def test_after_more_gold_the_model_is_compared_with_the_one_before(corpus, articles, trained):
    first = plan_order(corpus)
    write_order(corpus, first)
    read = ids(first.ranked)[:2]
    for name in read:
        gold.write(corpus.gold / f"{name}.jsonl", annotated(corpus, articles, name))
    second = plan_order(Corpus(corpus.root))
    assert sorted(trained) == [0, 0, 1]
    assert ids(second.kept) == read
    assert sorted(ids(second.ranked)) == sorted({*ids(first.ranked)} - {*read})
    assert "trained on 5 articles with seed 0; compared with" in second.source
    assert second.source.endswith("trained on 3 articles with seed 0")
    parts = {one.article: one.part for one in first.order}
    assert all(parts[one.article] == one.part for one in second.order if parts[one.article] == "random")
    by_part = {part.part: part for part in second.parts}
    assert by_part["ranked"].read == 2
    assert by_part["ranked"].words == sum(order_plan.count_words(articles[name], "en") for name in read)
    assert by_part[order_plan.OTHER].read == 3


def test_gold_of_the_test_split_teaches_nothing(corpus, trained):
    corpus.split_file("test").parent.mkdir()
    corpus.split_file("test").write_text("art000\nart001\nart002\n", encoding="utf-8")
    with pytest.raises(NotFoundError, match="has no suggestions"):
        plan_order(corpus)
    assert trained == []


def test_without_gold_suggestions_order(tmp_path, articles, trained):
    corpus = project(tmp_path / "cold", articles)
    with pytest.raises(NotFoundError, match="there is no model that could expect spans") as caught:
        plan_order(corpus)
    assert "goldspan suggest" in caught.value.remedy
    suggest(corpus, articles)
    plan = plan_order(corpus, options=BY_SCORE)
    assert plan.source.startswith("suggestions")
    assert trained == []
    spans = {name: sum(len(one.spans) for one in examples) for name, examples in articles.items()}
    assert {one.article: one.expected for one in plan.ranked} == spans
    assert all(one.differing is None for one in plan.ranked)
    assert "models differ" not in reasons(plan.ranked[0])
    assert spans[plan.ranked[0].article] > spans[plan.ranked[-1].article]


def test_suggestions_of_other_texts_are_refused(tmp_path, articles):
    corpus = project(tmp_path / "cold", articles)
    suggest(corpus, articles)
    (corpus.seeds / "art004.txt").write_text("The harbour is closed, the authority reported late.\n", encoding="utf-8")
    with pytest.raises(InputError, match="was suggested for another text"):
        plan_order(Corpus(corpus.root), BY_SUGGESTIONS)


def test_where_nothing_is_expected_it_says_so_and_draws_all_the_same(tmp_path, articles):
    bare = {name: [one.with_spans(()) for one in examples] for name, examples in articles.items()}
    corpus = project(tmp_path / "bare", bare)
    suggest(corpus, bare)
    plan = plan_order(corpus)
    assert order_plan.NO_EXPECTATION in plan.notes
    assert [one.part for one in plan.ranked].count("random") == 2
    ranked = [one.article for one in plan.ranked if one.part == "ranked"]
    assert ranked == sorted(ranked)


@pytest.mark.usefixtures("trained")
def test_articles_that_annotators_have_are_not_ranked(corpus, articles):
    begun = annotated(corpus, articles, "art005")
    gold.write(corpus.passes / "ann" / "art005.jsonl", [replace(one, extra={"confirmed": False}) for one in begun])
    first = plan_order(corpus, options=BY_SCORE)
    assert first.in_progress == ("art005",)
    assert "art005" not in ids(first.order)
    write_order(corpus, first)
    second = plan_order(corpus, options=BY_SCORE, pushed={"Storms": {"art007", "art000"}})
    assert second.in_progress == ("art005", "art007")
    assert [(one.article, one.pushed) for one in second.kept] == [("art007", "Storms")]
    write_order(corpus, second)
    assert plan_order(corpus, options=BY_SCORE).in_progress == ("art005", "art007")
    assert plan_order(corpus, options=BY_SCORE, pushed={"Others": set()}).in_progress == ("art005", "art007")
    assert plan_order(corpus, options=BY_SCORE, pushed={"Storms": set()}).in_progress == ("art005",)


@pytest.mark.usefixtures("trained")
def test_gold_in_part_counts_as_read(corpus, articles):
    part = annotated(corpus, articles, "art006")[:1]
    gold.write(corpus.gold / "art006.jsonl", part)
    plan = plan_order(corpus)
    assert "art006" not in ids(plan.ranked)
    (corpus.gold / "art006.jsonl").write_text("", encoding="utf-8")
    assert "art006" in ids(plan_order(Corpus(corpus.root)).ranked)


@pytest.mark.usefixtures("trained")
def test_near_duplicates_come_last_unless_the_project_accepts_them(tmp_path):
    articles = made_up_articles(8, seed=2)
    for copy, of in (("copy-of-read", "art000"), ("copy-of-unread", "art005")):
        articles[copy] = [replace(one, id=one.id.replace(of, copy)) for one in articles[of]]
    corpus = project(tmp_path / "made-up", articles, ["art000", "art001"])
    plan = plan_order(corpus, options=BY_SCORE)
    repeats = {one.article: one.repeats for one in plan.ranked if one.repeats is not None}
    assert repeats == {"copy-of-read": "art000"} | (
        {"copy-of-unread": "art005"} if "copy-of-unread" in repeats else {"art005": "copy-of-unread"}
    )
    assert {*ids(plan.ranked)[-2:]} == {*repeats}
    assert reasons(plan.ranked[-1]).startswith("repeats ")
    scheme = corpus.scheme_file.read_text(encoding="utf-8")
    allow = '[allow]\nparagraph-across-splits = ["art000 = copy-of-read", "art005 = copy-of-unread"]\n\n'
    head, bracket, rest = scheme.partition("[[label]]")
    corpus.scheme_file.write_text(head + allow + bracket + rest, encoding="utf-8")
    accepted = plan_order(Corpus(corpus.root), options=BY_SCORE)
    assert not [one for one in accepted.ranked if one.repeats is not None]


@pytest.mark.usefixtures("trained")
def test_articles_without_text_are_named(tmp_path, articles):
    corpus = project(tmp_path / "made-up", articles, ["art000"])
    (corpus.seeds / "art003.txt").write_text("Photo: AP\n", encoding="utf-8")
    plan = plan_order(corpus)
    assert plan.without_text == ("art003",)
    assert "art003" not in ids(plan.order)


@pytest.mark.usefixtures("trained")
def test_articles_that_the_manifest_no_longer_has_leave_the_order(corpus):
    write_order(corpus, plan_order(corpus))
    entries = [entry for entry in corpus.entries if entry.id != "art008"]
    write_manifest(corpus.folder / "manifest.jsonl", entries)
    with pytest.raises(InputError, match="the manifest has no article 'art008'"):
        Corpus(corpus.root).reading_order()
    plan = plan_order(Corpus(corpus.root))
    assert plan.unknown == ("art008",)
    write_order(corpus, plan)
    assert "art008" not in ids(Corpus(corpus.root).reading_order())


@pytest.mark.usefixtures("trained")
def test_one_article(tmp_path, articles):
    corpus = project(tmp_path / "one", {"art000": articles["art000"]})
    suggest(corpus, {"art000": articles["art000"]})
    assert [(one.article, one.part) for one in plan_order(corpus).ranked] == [("art000", "ranked")]


def test_everything_is_read(tmp_path, articles, trained):
    corpus = project(tmp_path / "read", articles, articles)
    plan = plan_order(corpus)
    assert plan.ranked == plan.kept == ()
    assert trained == []
    assert plan.json()["ranked"] == []


def test_an_empty_project_is_refused(toy):
    (toy.folder / "manifest.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="lists no article"):
        plan_order(toy)


def test_a_model_with_former_labels_is_no_former_model(corpus, trained):
    plan_order(corpus)
    scheme = corpus.scheme_file.read_text(encoding="utf-8")
    further = scheme[scheme.rindex("[[label]]") :].replace("PORT", "CREW").replace("#1f77b4", "#2ca02c")
    corpus.scheme_file.write_text(scheme + further.replace('"p"', '"c"'), encoding="utf-8")
    assert plan_order(Corpus(corpus.root)).source.endswith("with seed 1")
    assert sorted(trained) == [0, 0, 1, 1]


def test_the_words_of_languages_without_spaces_are_tokens():
    example = Example("a", "北京 的 港口")
    assert order_plan.count_words([example], "en") == 3
    assert order_plan.count_words([example], "zh") == 5


def test_spans_in_words_have_an_interval_over_articles():
    assert rate_interval([]) is rate_interval([(3, 100)]) is None
    found = rate_interval([(3, 100), (5, 100), (4, 100), (4, 120)])
    assert 0 < found.low < 16 / 420 < found.high < 0.1


@pytest.mark.usefixtures("trained")
def test_the_share_can_be_chosen_until_a_ranked_article_is_read(corpus, articles):
    write_order(corpus, plan_order(corpus, options=BY_SCORE))
    half = plan_order(corpus, options=RankOptions(random_share=0.5))
    drawn = {one.article for one in half.ranked if one.part == "random"}
    assert len(drawn) == 4
    again = plan_order(corpus, options=RankOptions(random_share=0.5, seed=1))
    write_order(corpus, half)
    assert {one.article for one in again.ranked if one.part == "random"} != drawn
    kept = plan_order(Corpus(corpus.root), options=RankOptions(random_share=0.5, seed=1))
    assert {one.article for one in kept.ranked if one.part == "random"} == drawn
    first = next(one.article for one in half.ranked if one.part == "ranked")
    gold.write(corpus.gold / f"{first}.jsonl", annotated(corpus, articles, first))
    all_of_it = plan_order(Corpus(corpus.root), options=RankOptions(random_share=1))
    assert {one.article for one in all_of_it.ranked if one.part == "random"} == drawn


@pytest.mark.usefixtures("trained")
def test_an_order_that_changed_since_the_plan_is_not_overwritten(corpus):
    plan = plan_order(corpus)
    write_order(corpus, plan)
    later = plan_order(corpus, options=BY_SCORE)
    assert mark_pushed(corpus.order_file, {later.ranked[0].article}, "Storms")
    with pytest.raises(InputError, match="has changed since"):
        write_order(corpus, later)
    assert any(one.pushed for one in corpus.reading_order())


@pytest.mark.usefixtures("trained")
def test_gold_with_a_label_that_the_scheme_lacks_is_refused(corpus, articles):
    wrong = [replace(one, spans=(Span(0, 2, "VESSEL"),)) for one in annotated(corpus, articles, "art001")]
    gold.write(corpus.gold / "art001.jsonl", wrong)
    with pytest.raises(InputError, match="gold has the label 'VESSEL', which the scheme lacks"):
        plan_order(corpus)


@pytest.mark.usefixtures("trained")
def test_articles_that_annotators_have_need_no_suggestions(tmp_path, articles):
    corpus = project(tmp_path / "cold", articles)
    suggest(corpus, articles, [name for name in articles if name != "art004"])
    plan = plan_order(corpus, pushed={"Storms": {"art004"}})
    assert plan.in_progress == ("art004",)
    assert len(plan.ranked) == 11
