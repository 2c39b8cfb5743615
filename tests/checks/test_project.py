"""A project as a whole: articles, manifest, gold, passes, splits and guidelines, each beside the others."""

from dataclasses import replace

import pytest

from goldspan import new_project
from goldspan.articles.examples import PARAGRAPHS, examples_of
from goldspan.checks import check_project
from goldspan.corpus import Corpus
from goldspan.corpus.assignment_plans import assignment_file
from goldspan.corpus.manifest import ManifestEntry, read_manifest, write_manifest
from goldspan.corpus.releases import DecidedRegion, ReleasedExample, ReleasedSpan, ReleaseRecord
from goldspan.errors import InputError
from goldspan.files import sha256
from goldspan.formats import gold, inline

SCHEME = """\
version = "1.0"

[[label]]
name = "PLACE"
definition = "A named place."
colour = "#1f6fb2"
shortcut = "p"
page = "place.md"
"""
FOG = "Fog lay over Tibnin.\n\nThe port of Pyla stayed open.\n"
RAIN = "Rain fell on Naqoura all day.\n"


@pytest.fixture
def harbour(tmp_path):
    """A sound project of two articles with gold, in two splits."""
    corpus = Corpus(tmp_path / "harbour")
    write(corpus.guidelines / "labels.toml", SCHEME)
    for name, text in (("fog", FOG), ("rain", RAIN)):
        add(corpus, name, text, version="1.0")
        gold.write(corpus.gold / f"{name}.jsonl", examples_of(name, text, PARAGRAPHS))
        gold.write(corpus.passes / "ann" / f"{name}.jsonl", examples_of(name, text, PARAGRAPHS))
    write(corpus.split_file("train"), "fog\n")
    write(corpus.split_file("test"), "rain\n")
    return corpus


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def add(corpus, name, text, version=None):
    path = corpus.folder / "manifest.jsonl"
    entries = read_manifest(path) if path.is_file() else []
    write(corpus.seeds / f"{name}.txt", text)
    entry = ManifestEntry(name, f"{name}.txt", sha256(corpus.seeds / f"{name}.txt"), guidelines=version)
    write_manifest(path, [*entries, entry])


def replaced(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    write(path, text.replace(old, new))


def places(corpus):
    root = corpus.root
    return [(f.check, f.file.relative_to(root).as_posix(), f.line) for f in check_project(Corpus(root))]


def test_a_sound_project_yields_nothing(harbour):
    assert places(harbour) == []


def test_a_project_without_gold_splits_and_guidelines_is_sound(tmp_path):
    assert places(new_project.create(tmp_path / "new")) == []


def test_a_broken_manifest_is_reported_and_gold_is_still_checked(harbour):
    write(harbour.folder / "manifest.jsonl", "{\n")
    write(harbour.gold / "fog.jsonl", gold.line(inline.example("fog.p01", "[Fog ]{PLACE}lay over Tibnin.")))
    found = places(harbour)
    assert ("bad-line", "corpus/manifest.jsonl", 1) in found
    assert ("edge-whitespace", "corpus/gold/fog.jsonl", 1) in found


def test_a_broken_split_and_an_unreadable_article_are_named(harbour):
    write(harbour.split_file("test"), "rain \n")
    (harbour.seeds / "fog.txt").write_bytes(b"\xff\xfe")
    found = places(harbour)
    assert ("bad-line", "corpus/splits/test.txt", 1) in found
    assert ("bad-line", "seeds/fog.txt", None) in found
    assert ("source-hash", "corpus/manifest.jsonl", 1) in found


def test_an_edited_article_is_named_once_and_its_gold_is_not_blamed(harbour):
    write(harbour.seeds / "fog.txt", "New " + FOG)
    assert places(harbour) == [("source-hash", "corpus/manifest.jsonl", 1)]


@pytest.mark.parametrize("text", ["rain\nfog\n", "fog\nrain", "\nfog\nrain\n"])
def test_a_split_has_one_canonical_form(harbour, text):
    harbour.split_file("test").unlink()
    write(harbour.split_file("train"), text)
    assert "corpus/splits/train.txt" in [
        file for check, file, _ in places(harbour) if check in ("non-canonical", "bad-line")
    ]


def test_a_manifest_that_is_not_canonical_is_named_where_it_differs(harbour):
    replaced(harbour.folder / "manifest.jsonl", '"id": "rain"', '"id":"rain"')
    assert places(harbour) == [("non-canonical", "corpus/manifest.jsonl", 2)]


def test_the_edges_of_spans_of_a_pass_are_not_checked(harbour):
    path = harbour.passes / "ann" / "rain.jsonl"
    gold.write(path, [inline.example("rain.p01", "Rain fell [on Naqoura all day.]{PLACE}")])
    assert places(harbour) == []
    gold.write(path, [inline.example("rain.p01", "Rain fell on [Naqoura]{TOWN} all day.")])
    assert places(harbour) == [("unknown-label", "corpus/passes/ann/rain.jsonl", 1)]
    gold.write(path, [inline.example("rain.p01", "Rain fell on Naqoura.")])
    assert places(harbour) == [("text-not-slice", "corpus/passes/ann/rain.jsonl", 1)]
    write(path, "")
    assert places(harbour) == []


def test_gold_and_passes_may_share_their_ids(harbour):
    gold.write(harbour.passes / "bob" / "fog.jsonl", examples_of("fog", FOG, PARAGRAPHS))
    assert places(harbour) == []


def test_a_paragraph_under_another_id_is_recognised(harbour):
    replaced(harbour.gold / "fog.jsonl", "fog.p02", "fog.p07")
    messages = {finding.check: finding.message for finding in check_project(harbour)}
    assert messages["example-unknown"] == "this is the paragraph fog.p02"
    assert messages["example-missing"] == "begins 'The port of Pyla stayed open.'"


def test_a_part_of_a_paragraph_is_reported_with_its_extent(harbour):
    replaced(harbour.gold / "fog.jsonl", "The port of Pyla stayed open.", "The port of Pyla")
    [finding] = check_project(harbour)
    assert (finding.check, finding.message) == ("text-not-slice", "the paragraph is [22, 51] of the article")


def test_an_unknown_article_of_a_split_and_of_a_pass_is_named(harbour):
    write(harbour.split_file("validation"), "snow\n")
    gold.write(harbour.passes / "ann" / "snow.jsonl", examples_of("snow", "Snow.\n", PARAGRAPHS))
    assert places(harbour) == [
        ("unknown-article", "corpus/passes/ann/snow.jsonl", None),
        ("unknown-article", "corpus/splits/validation.txt", 1),
    ]


ORDERED = (
    '{"article": "%s", "part": "ranked", "words": 9, "expected": 2.0, "new": 1.0, "differing": null, "score": 3.5}'
)


def test_what_is_wrong_with_the_reading_order_is_named(harbour):
    fog, snow = ORDERED % "fog", ORDERED % "snow"
    write(harbour.order_file, f"{fog}\n")
    assert places(harbour) == []
    write(harbour.order_file, f"{fog}\n{snow}\n")
    assert places(harbour) == [("unknown-article", "corpus/reading_order.jsonl", 2)]
    write(harbour.order_file, fog.replace("3.5", "3.50") + "\n")
    assert places(harbour) == [("non-canonical", "corpus/reading_order.jsonl", 1)]
    write(harbour.order_file, f"{fog}\n{fog}\n")
    assert places(harbour) == [("bad-line", "corpus/reading_order.jsonl", 2)]
    write(harbour.order_file, "fog\n")
    assert places(harbour) == [("bad-line", "corpus/reading_order.jsonl", 1)]


CLUSTERED = '{"article": "%s", "cluster": "%s"}\n'


def test_what_is_wrong_with_the_clusters_is_named(harbour):
    fog = CLUSTERED % ("fog", "c1")
    write(harbour.cluster_file, fog)
    assert places(harbour) == []
    write(harbour.cluster_file, fog + CLUSTERED % ("snow", "c1"))
    assert places(harbour) == [("unknown-article", "corpus/clusters.jsonl", 2)]
    write(harbour.cluster_file, fog.replace(": ", ":"))
    assert places(harbour) == [("non-canonical", "corpus/clusters.jsonl", 1)]
    write(harbour.cluster_file, CLUSTERED % ("rain", "c2") + fog)
    assert places(harbour) == [("non-canonical", "corpus/clusters.jsonl", 1)]
    for line in (fog, "fog\n", '{"article": "rain"}\n', '{"article": "", "cluster": "c"}\n', CLUSTERED % ("rain", "")):
        write(harbour.cluster_file, fog + line)
        assert places(harbour) == [("bad-line", "corpus/clusters.jsonl", 2)]


ASSIGNED = '{"example": "%s", "annotators": ["ann", "ben"]}\n'


def test_what_is_wrong_with_an_assignment_is_named(harbour):
    path, place = assignment_file(harbour, "kfor"), "corpus/assignments/kfor.jsonl"
    fog = ASSIGNED % "fog.p01"
    write(path, fog)
    assert places(harbour) == []
    write(path, fog + ASSIGNED % "snow.p01")
    assert places(harbour) == [("unknown-article", place, 2)]
    write(path, ASSIGNED % "rain.p01" + fog)
    assert places(harbour) == [("non-canonical", place, 1)]
    twice = '{"example": "rain.p01", "annotators": ["ann", "ann"]}\n'
    for line in (fog, "fog\n", twice, '{"example": "rain.p01"}\n', ASSIGNED % ""):
        write(path, fog + line)
        assert places(harbour) == [("bad-line", place, 2)]


def test_articles_of_a_cluster_in_several_splits_are_errors_until_they_are_accepted(harbour):
    check = "cluster-across-splits"
    publish(harbour, "validation", snow=["Snow fell on Batroun."], sleet=["Sleet fell on Zahle."])
    write(harbour.cluster_file, "".join(CLUSTERED % (name, "c") for name in ("fog", "rain", "sleet", "snow")))
    assert leaks(harbour) == [
        (check, "test.txt", 1, None, "rain and fog in train are in the cluster 'c'"),
        (check, "validation.txt", 1, None, "sleet and rain in test are in the cluster 'c'"),
        (check, "validation.txt", 2, None, "snow and rain in test are in the cluster 'c'"),
    ]
    allow(harbour, cluster_across_splits=["fog = rain", "fog = sleet", "sleet = rain"])
    assert [leak[1:3] for leak in leaks(harbour)] == [("validation.txt", 2)]
    allow(harbour, cluster_across_splits=["fog.p01"])
    message = "[allow] cluster-across-splits: 'fog.p01' is no two articles as in 'a17 = a23'"
    assert message in [leak[4] for leak in leaks(harbour)]


def test_a_leak_that_the_texts_show_is_no_second_one_for_its_cluster(harbour):
    publish(harbour, "train", story=[words("s", 60), words("t", 60)])
    publish(harbour, "test", brief=[f"{words('s', 18)} {words('own', 10)}"])
    write(harbour.cluster_file, CLUSTERED % ("brief", "c") + CLUSTERED % ("story", "c"))
    assert [leak[0] for leak in leaks(harbour)] == [LEAK]


WITHDRAWN = '{"article": "%s", "date": "2026-12-01", "sha256": "%s", "requested_by": "person", "reason": null}\n'


def test_what_is_wrong_with_the_withdrawals_is_named(harbour):
    path, snow = harbour.withdrawal_file, WITHDRAWN % ("snow", "0")
    write(path, snow)
    assert places(harbour) == []
    write(path, snow + WITHDRAWN % ("fog", "1"))
    assert places(harbour) == [("withdrawn-article", "corpus/manifest.jsonl", 1)]
    write(path, WITHDRAWN % ("snow", sha256(harbour.seeds / "rain.txt")))
    [finding] = check_project(harbour)
    message = "rain is the text of snow, which was withdrawn on 2026-12-01"
    assert (finding.check, finding.line, finding.message) == ("withdrawn-article", 2, message)
    write(path, snow.replace(": ", ":"))
    assert places(harbour) == [("non-canonical", "corpus/withdrawn.jsonl", 1)]
    for line in (snow, "fog\n", '{"article": "sleet"}\n', snow.replace("snow", "sleet").replace("person", "me")):
        write(path, snow + line)
        assert places(harbour) == [("bad-line", "corpus/withdrawn.jsonl", 2)]


def test_what_is_wrong_with_a_release_is_named(harbour):
    record = release_of(harbour)
    path, text = harbour.releases / "1.0.jsonl", record.text()
    write(path, text)
    assert places(harbour) == []
    write(path, text.replace(": ", ":"))
    assert places(harbour) == [("non-canonical", "corpus/releases/1.0.jsonl", 1)]
    broken = {
        1: [
            ("1.0", "1.1"),
            ('"fog"', '"snow"'),
            ('"articles"', '"article"'),
            ('"splits": {', '"splits": {"snow": "a"'),
        ],
        2: [("fog.p01", "rain.p01"), ("[[13, 19", "[[13, 99"), ("[[13, 19", "[[19, 13"), ("[[13, 19, ", "[[13, ")],
        3: [("fog.p02", "fog.p01")],
    }
    for line, replacements in broken.items():
        for old, new in replacements:
            lines = text.split("\n")
            lines[line - 1] = lines[line - 1].replace(old, new, 1)
            write(path, "\n".join(lines))
            found = places(harbour)
            assert [(check, file) for check, file, _ in found] == [("bad-line", "corpus/releases/1.0.jsonl")], new
    write(path, "")
    assert places(harbour) == [("bad-line", "corpus/releases/1.0.jsonl", None)]


def test_an_article_that_a_release_has_is_there_or_was_withdrawn(harbour):
    record = release_of(harbour)
    articles = {**record.articles, "snow": "0"}
    write(harbour.releases / "1.0.jsonl", replace(record, articles=articles).text())
    assert places(harbour) == [("released-article-missing", "corpus/releases/1.0.jsonl", 1)]
    write(harbour.withdrawal_file, WITHDRAWN % ("snow", "0"))
    assert places(harbour) == []


def test_a_text_that_may_travel_has_a_licence(harbour):
    [fog, rain] = read_manifest(harbour.folder / "manifest.jsonl")
    for licence, found in ((None, [("text-without-licence", "corpus/manifest.jsonl", 1)]), ("CC0-1.0", [])):
        entry = replace(fog, redistribution="text", licence=licence)
        write_manifest(harbour.folder / "manifest.jsonl", [entry, rain])
        assert places(harbour) == found


def release_of(corpus):
    """What a release of the two articles keeps of them."""
    examples = [
        ReleasedExample(
            id=one.id, at=one.at, length=len(one.text), sha256="0", spans=spans, decisions=[DecidedRegion(0, 3, None)]
        )
        for one, spans in zip(corpus.gold_examples(), ([ReleasedSpan(13, 19, "PLACE")], [], []), strict=True)
    ]
    return ReleaseRecord(
        version="1.0", date="2026-12-01", guidelines="1.0", articles={"fog": "0", "rain": "0"}, examples=tuple(examples)
    )


def test_a_damaged_line_of_doubts_is_named(harbour):
    write(harbour.doubts / "fog.jsonl", '{"example": "fog.p01"}\n')
    assert places(harbour) == [("bad-line", "corpus/doubts/fog.jsonl", 1)]


def test_an_article_without_gold_needs_no_split_and_no_version(harbour):
    add(harbour, "snow", "Snow fell.\n")
    assert places(harbour) == []


def test_an_article_twice_in_one_split_is_named(harbour):
    write(harbour.split_file("train"), "fog\nfog\n")
    assert places(harbour) == [("article-in-two-splits", "corpus/splits/train.txt", 2)]


def test_near_duplicates_in_one_split_are_accepted(harbour):
    text = f"{FOG} {RAIN} {FOG}"
    for name in ("smog", "smoke"):
        add(harbour, name, f"{text} {name}\n", version="1.0")
        gold.write(harbour.gold / f"{name}.jsonl", examples_of(name, f"{text} {name}\n", PARAGRAPHS))
    write(harbour.split_file("train"), "fog\nsmog\nsmoke\n")
    assert places(harbour) == []
    write(harbour.split_file("train"), "fog\nsmog\n")
    write(harbour.split_file("validation"), "smoke\n")
    assert places(harbour) == [("near-duplicate-split", "corpus/splits/validation.txt", 1)]


def words(name, number):
    return " ".join(f"{name}{n}" for n in range(number))


def publish(corpus, split, **articles):
    """Add articles with gold to a split: their paragraphs."""
    for name, texts in articles.items():
        text = "\n\n".join(texts) + "\n"
        add(corpus, name, text, version="1.0")
        gold.write(corpus.gold / f"{name}.jsonl", examples_of(name, text, PARAGRAPHS))
    listed = corpus.split_file(split).read_text() if corpus.split_file(split).is_file() else ""
    write(corpus.split_file(split), "".join(sorted(f"{name}\n" for name in [*listed.split(), *articles])))


def allow(corpus, **names):
    lists = "".join(f"{check.replace('_', '-')} = {list(each)!r}\n" for check, each in names.items())
    write(corpus.guidelines / "labels.toml", f"{SCHEME}\n[allow]\n{lists}")


def leaks(corpus):
    found = check_project(Corpus(corpus.root))
    return [(each.check, each.file.name, each.line, each.example, each.message) for each in found]


NOTE = words("note", 24)
LEAK = "paragraph-across-splits"


def test_a_brief_whose_story_is_in_another_split_is_an_error_until_it_is_accepted(harbour):
    publish(harbour, "train", story=[words("s", 60), words("t", 60)])
    publish(harbour, "test", brief=[f"{words('s', 18)} {words('own', 10)}"])
    message = "62% of the word trigrams of brief (test) stand in story (train)"
    assert leaks(harbour) == [(LEAK, "test.txt", 1, None, message)]
    allow(harbour, paragraph_across_splits=["story = brief"])
    assert leaks(harbour) == []


def test_a_story_is_named_as_the_larger_one_whatever_its_split(harbour):
    publish(harbour, "train", brief=[words("s", 20)])
    publish(harbour, "test", story=[words("s", 60), words("t", 60)])
    assert leaks(harbour) == [
        (LEAK, "test.txt", 2, None, "100% of the word trigrams of brief (train) stand in story (test)")
    ]


def test_a_paragraph_in_several_splits_is_one_error_until_it_is_accepted(harbour):
    publish(harbour, "train", a=[words("a", 60), NOTE], b=[words("b", 60), NOTE])
    publish(harbour, "validation", c=[words("c", 60), NOTE.upper()])
    publish(harbour, "test", d=[NOTE, words("d", 60)])
    [(check, file, line, example, message)] = leaks(harbour)
    assert (check, file, line, example) == (LEAK, "validation.txt", 1, "c.p02")
    assert message.startswith("its paragraph is also a.p02 in train, which 4 articles have: 'note0 note1")
    for name in ("a.p02", "c.p02", "d.p01"):
        allow(harbour, paragraph_across_splits=[name])
        assert leaks(harbour) == []


def test_a_brief_of_paragraphs_of_its_story_is_one_error_that_names_the_first(harbour):
    publish(harbour, "train", story=[words("s", 60), NOTE, words("t", 90), NOTE[::-1]])
    publish(harbour, "test", brief=[NOTE, NOTE[::-1]])
    [(check, file, line, example, message)] = leaks(harbour)
    assert (check, file, line, example) == (LEAK, "test.txt", 1, "brief.p01")
    assert message.startswith("its paragraph is also story.p02 in train: 'note0 note1")
    allow(harbour, paragraph_across_splits=["brief.p01", "story.p04"])
    assert leaks(harbour) == []
    allow(harbour, paragraph_across_splits=["brief = story"])
    assert leaks(harbour) == []


@pytest.mark.parametrize("check", ["near_duplicate_split", "paragraph_across_splits"])
def test_near_duplicates_in_two_splits_are_accepted_by_name(harbour, check):
    publish(harbour, "train", a=[words("s", 60)])
    publish(harbour, "test", b=[words("s", 50)])
    assert [leak[0] for leak in leaks(harbour)] == ["near-duplicate-split"]
    allow(harbour, **{check: ["b = a"]})
    assert leaks(harbour) == []


def test_a_name_that_accepts_nothing_is_a_finding(harbour):
    allow(harbour, paragraph_across_splits=["fog.p09", "fog.p01", "fog = rain", "fog = snow"])
    assert [(check, file, message.split(" is no ")[0]) for check, file, *_, message in leaks(harbour)] == [
        (LEAK, "labels.toml", "[allow] paragraph-across-splits: 'fog = snow'"),
        (LEAK, "labels.toml", "[allow] paragraph-across-splits: 'fog.p09'"),
    ]


def test_what_is_accepted_is_not_judged_where_the_manifest_cannot_be_read(harbour):
    allow(harbour, paragraph_across_splits=["fog.p09"])
    write(harbour.folder / "manifest.jsonl", "{\n")
    assert LEAK not in {leak[0] for leak in leaks(harbour)}


def test_a_brief_in_no_split_or_in_one_split_alone_is_no_leak(harbour):
    publish(harbour, "train", story=[words("s", 60), NOTE], brief=[NOTE])
    assert leaks(harbour) == []


@pytest.mark.parametrize(
    ("page", "line", "message"),
    [
        ("```ner\nIn [the Hague]{PLACE}.\n```\n", 1, "expects no finding, but has leading-article"),
        (
            "\n```ner-fails edge-whitespace\nIn [Pyla]{PLACE}.\n```\n",
            2,
            "exactly one finding of edge-whitespace, but has no finding",
        ),
        ("```ner-fails leading-article\n[the Pyla,]{PLACE}\n```\n", 1, "edge-punctuation: ends with ','"),
        ("```ner-fails edge-whitespace\n[A ]{PLACE}or [B ]{PLACE}\n```\n", 1, "exactly one"),
        ("```ner\n[Kidal]{PLACE} is hot. In Kidal it rains.\n```\n", 1, "unmarked-repeat"),
        ("Text\n```ner\nIn [Pyla.\n```\n", 2, "never closed"),
        ("```ner\nIn [Pyla]{TOWN}.\n```\n", 1, "unknown-label"),
    ],
)
def test_a_block_with_other_findings_than_it_expects_is_reported(harbour, page, line, message):
    write(harbour.guidelines / "place.md", page)
    [finding] = check_project(harbour)
    assert (finding.check, finding.file.name, finding.line) == ("guideline-block", "place.md", line)
    assert message in finding.message


def test_a_block_with_the_finding_it_expects_passes(harbour):
    page = "```ner\nIn [Pyla]{PLACE}.\n```\n\n```ner-fails leading-article\nIn [the Hague]{PLACE}.\n```\n"
    write(harbour.guidelines / "place.md", page)
    assert places(harbour) == []


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("Rain fell on Naqoura all day.\n", [1]),
        ("# Rain\n\nSun. “Rain fell on [Naqoura]{PLACE} all night.” And so on.\n", [3]),
        ("| no | Rain fell on\n| yes | *Rain fell on* `[Naqoura]` *all day* |\n", [2]),
        ("- Rain fell on\n  [Naqoura](place.md) all day.\n", [1]),
        ("Rain fell on Tibnin at night.\n", []),
        ("Naqoura all day.\n", []),
        ("Fog lay over Tibnin all day.\n", []),
    ],
)
def test_a_sentence_of_a_test_article_is_found_on_the_pages(harbour, page, lines):
    write(harbour.guidelines / "place.md", page)
    assert places(harbour) == [("guideline-leak", "annotation_guidelines/place.md", line) for line in lines]


def test_half_of_a_sentence_of_a_test_article_is_found_inside_a_longer_one(harbour):
    sentence = [f"w{n}" for n in range(24)]
    publish(harbour, "test", snow=[" ".join(sentence) + "."])
    own = " ".join(f"v{n}" for n in range(60))
    write(harbour.guidelines / "place.md", f"{own} {' '.join(sentence[:13])}.\n")
    assert [(check, file, line) for check, file, line, *_ in leaks(harbour)] == [("guideline-leak", "place.md", 1)]
    write(harbour.guidelines / "place.md", f"{own} {' '.join(sentence[:12])}.\n")
    assert leaks(harbour) == []


def test_a_scheme_that_cannot_be_read_is_refused(harbour):
    write(harbour.guidelines / "labels.toml", "version = 1\n")
    with pytest.raises(InputError, match=r"labels\.toml"):
        list(check_project(harbour))
