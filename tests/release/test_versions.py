"""A version that was recorded stays what it was; a new one is higher."""

import datetime as dt

import pytest

from goldspan import InputError, InvalidValueError, files
from goldspan.corpus import Corpus
from goldspan.corpus.releases import read_releases
from goldspan.formats import gold
from goldspan.release.versions import keep_record, plan_version


@pytest.fixture
def recorded(toy):
    for version, date in (("0.9", "2030-12-01"), ("1.0", "2031-01-02")):
        keep_record(toy, plan_version(toy, version, date).record)
    return toy


def change(corpus):
    examples = list(corpus.gold_examples(["storm"]))
    gold.write(corpus.gold / "storm.jsonl", [examples[0].with_spans(()), *examples[1:]])
    return Corpus(corpus.root)


def test_the_first_version_has_the_date_of_today(toy):
    planned = plan_version(toy, "1.0")
    assert abs(dt.date.fromisoformat(planned.date) - dt.datetime.now(dt.UTC).date()) <= dt.timedelta(days=1)
    assert (planned.earlier, planned.is_recorded) == ((), False)


def test_a_recorded_version_is_written_again_with_its_date(recorded):
    planned = plan_version(recorded, "1.0")
    assert (planned.date, planned.is_recorded) == ("2031-01-02", True)
    assert [one.version for one in planned.earlier] == ["0.9"]
    assert plan_version(recorded, "0.9").earlier == ()
    assert planned.record == read_releases(recorded.releases)[1]


def test_a_higher_version_knows_those_before(recorded):
    planned = plan_version(recorded, "1.1rc1", "2031-02-02")
    assert [one.version for one in planned.earlier] == ["0.9", "1.0"]
    assert (planned.version, planned.date, planned.is_recorded) == ("1.1rc1", "2031-02-02", False)


@pytest.mark.parametrize(
    ("version", "date", "words"),
    [
        ("0.8", None, r"1\.0\.jsonl: 0\.8 is not higher than 1\.0, which was released on 2031-01-02"),
        ("1.0rc1", None, "is not higher than"),
        ("1.0", "2031-01-03", "was released on 2031-01-02, not on 2031-01-03"),
        ("1.0.0", None, "was released as 1.0"),
        ("1", None, "was released as 1.0"),
    ],
)
def test_other_versions_are_refused(recorded, version, date, words):
    with pytest.raises(InputError, match=words):
        plan_version(recorded, version, date)


@pytest.mark.parametrize("version", ["", "one", "v1.0", "1.0-rc1", "1.0/2", "../1", " 1.0", "1..0"])
def test_what_is_no_version_or_has_a_shorter_form_is_refused(toy, version):
    with pytest.raises(InvalidValueError, match=r"is no version|has a shorter form"):
        plan_version(toy, version)


def test_a_recorded_version_with_other_annotation_is_refused_with_its_place(recorded):
    with pytest.raises(InputError, match=r"(?s)1\.0\.jsonl:5: storm\.p01: 1\.0 was released with other.*git"):
        plan_version(change(recorded), "1.0")
    assert plan_version(change(recorded), "1.1").version == "1.1"


def test_a_recorded_version_with_other_guidelines_or_articles_is_refused(recorded):
    text = recorded.scheme_file.read_text("utf-8")
    recorded.scheme_file.write_text(text.replace('"1.0"', '"2.0"'), "utf-8")
    with pytest.raises(InputError, match="with other guidelines"):
        plan_version(Corpus(recorded.root), "1.0")
    recorded.scheme_file.write_text(text, "utf-8")
    path = recorded.folder / "manifest.jsonl"
    path.write_text(path.read_text("utf-8").replace("a1f220", "b1f220"), "utf-8")
    with pytest.raises(InputError, match="with other articles"):
        plan_version(Corpus(recorded.root), "1.0")


def test_a_recorded_version_is_not_written_with_other_splits(recorded):
    article, former = next((ids[0], name) for name, ids in recorded.splits().items() if len(ids) == 1)
    other = next(name for name in ("train", "test") if name != former)
    files.write(recorded.split_file(former), "")
    ids = sorted([*recorded.split_ids(other), article])
    files.write(recorded.split_file(other), "".join(f"{one}\n" for one in ids))
    with pytest.raises(InputError, match=r"1\.0\.jsonl:1: 1\.0 was released with other splits"):
        plan_version(Corpus(recorded.root), "1.0")
    assert plan_version(Corpus(recorded.root), "1.1").record.splits[article] == other
