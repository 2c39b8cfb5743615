import pytest

from goldspan import InputError, new_project, stats
from goldspan.report.text import Table


def table(corpus, title):
    return next(t for t in stats.gold_tables(corpus) if t.title == title)


def row(corpus, title, first):
    found = table(corpus, title)
    return dict(zip(found.header, next(r for r in found.rows if r[0] == first), strict=True))


def test_splits_are_counted_label_by_label(toy):
    assert row(toy, "Splits", "validation") == {
        "split": "validation", "articles": "1", "examples": "3", "empty": "0",
        "SHIP": "3", "PORT": "2", "CREW": "2", "spans": "7",
    }  # fmt: skip
    assert row(toy, "Splits", "all")["spans"] == "16"
    assert row(toy, "Splits", "train")["empty"] == "1"


def test_what_nobody_annotated_is_not_counted_as_empty(toy):
    before = int(row(toy, "Splits", "all")["empty"])
    path = next(path for path in sorted(toy.gold.glob("*.jsonl")) if '"spans": []' in path.read_text())
    path.write_text(path.read_text().replace('"spans": []', '"spans": [], "not_annotated": "skipped"', 1))
    assert int(row(toy, "Splits", "all")["empty"]) == before - 1
    assert "Not annotated, wholly or in part: 1 example of gold" in table(toy, "Splits").note


def test_lengths_are_in_tokens(toy):
    assert row(toy, "Lengths in tokens", "CREW") == {
        "of": "CREW", "number": "4", "shortest": "2", "median": "3", "longest": "4", "sum": "12",
    }  # fmt: skip


def test_surfaces_come_most_frequent_first(toy):
    assert row(toy, "Most frequent surfaces", "PORT")["surface (times)"] == "Port Said (2), Valparaíso (2), Odesa (1)"


def test_surfaces_seen_and_unseen_in_training_are_counted_apart(toy):
    assert row(toy, "Seen and unseen surfaces", "test PORT")["share seen"] == "50%"
    assert row(toy, "Seen and unseen surfaces", "test SHIP")["unseen"] == "2"


def test_agreement_counts_exact_spans_of_both_passes(toy):
    assert row(toy, "Agreement of the passes", "ann – bob: SHIP") == {
        "passes and label": "ann – bob: SHIP", "first": "7", "second": "6", "same": "6",
        "F1, 95% interval": "92.3 [11.0, 99.9]",
    }  # fmt: skip
    assert row(toy, "Agreement of the passes", "ann – bob: CREW")["F1, 95% interval"] == "100.0 [25.1, 100]"


def test_an_undefined_agreement_is_no_number(toy):
    for path in toy.passes.rglob("*.jsonl"):
        path.write_text("")
    assert row(toy, "Agreement of the passes", "ann – bob: SHIP")["F1, 95% interval"] == "–"


def test_an_empty_project_has_empty_tables(tmp_path):
    corpus = new_project.create(tmp_path / "new")
    assert row(corpus, "Splits", "all")["spans"] == "0"


def test_the_numbers_of_the_card_are_written_between_its_markers(toy):
    card = toy.folder / "README.md"
    card.write_text("# Ships\n\n<!-- stats: Splits -->\nold\n<!-- end -->\n\nEnd.\n")
    assert {path.name for path in stats.write_statistics(toy, stats.corpus_tables(toy))} == {"README.md", "STATS.md"}
    assert "old" not in card.read_text()
    assert "| validation | 1 | 3 |" in card.read_text()
    assert card.read_text().endswith("<!-- end -->\n\nEnd.\n")
    assert stats.write_statistics(toy, stats.corpus_tables(toy)) == []


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ("<!-- stats: Ducks --><!-- end -->", "names no table: 'Ducks'"),
        ("<!-- stats: Splits -->", "no `<!-- end -->`"),
        ("<!-- stats: Splits --> <!-- stats: Splits --><!-- end -->", "no `<!-- end -->`"),
    ],
)
def test_a_broken_marker_is_refused_and_nothing_written(toy, marker, words):
    (toy.folder / "README.md").write_text(marker)
    with pytest.raises(InputError, match=words):
        stats.write_statistics(toy, stats.corpus_tables(toy))
    assert not (toy.folder / "STATS.md").exists()


def test_a_bar_in_a_surface_breaks_no_table():
    made = Table("T", "", ("a", "b"), (("x|y", "1"), ("x\ny", "2")))
    assert made.markdown() == "| a | b |\n|---|---:|\n| x\\|y | 1 |\n| x y | 2 |"


@pytest.mark.model
def test_the_statistics_of_this_project_are_up_to_date(project):
    before = {path: path.read_bytes() for path in (project.folder / "STATS.md", project.folder / "README.md")}
    assert stats.write_statistics(project, stats.all_tables(project)) == []
    assert before == {path: path.read_bytes() for path in before}
