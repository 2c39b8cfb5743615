"""Pages, Markdown and rows of tables become texts, and what was received is kept beside them, byte for byte."""

import hashlib
import json
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldspan import InputError, checks, files, new_project
from goldspan.articles import webpages
from goldspan.articles.article_ids import IdPattern
from goldspan.articles.columns import ColumnNames
from goldspan.articles.ingest import AddOptions, add
from goldspan.articles.received import ArticleOptions, is_annotated
from goldspan.articles.webpages import WebPage
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, ReceivedFile, read_manifest

TEXTS = [f"Der Minister sagte am {day}, dass Fokker Geld erhält. " * 5 for day in ("Montag", "Dienstag", "Mittwoch")]


@pytest.fixture
def corpus(tmp_path):
    return new_project.create(tmp_path / "project")


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def write(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(path, *rows):
    return write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def added(corpus, *paths, apply=True, skip_invalid=False, keep_received=True, **reading):
    options = AddOptions(
        reading=ArticleOptions(**reading),
        skip_invalid=skip_invalid,
        keep_received=keep_received,
    )
    return add(corpus, paths, options, apply=apply)


def statuses(addition):
    return [(row.id, row.status) for row in addition.articles]


def entries(corpus):
    return {entry.id: entry for entry in read_manifest(corpus.folder / "manifest.jsonl")}


def files_of(corpus):
    return {path: path.read_bytes() for path in corpus.root.rglob("*") if path.is_file()}


def test_the_text_of_a_row_is_kept_as_it_is_and_its_table_byte_for_byte(corpus, inbox):
    text = "\tOne\r\n\r\ntwo \u0085👍 three\n "
    path = table(inbox / "news.jsonl", {"title": "T", "date": "2024-05-03", "body": text}, {"body": TEXTS[0]})
    added(corpus, path)
    assert (corpus.seeds / "news-000001.txt").read_bytes() == text.encode()
    assert (corpus.received / "news.jsonl").read_bytes() == path.read_bytes()
    received = ReceivedFile("news.jsonl", hashlib.sha256(path.read_bytes()).hexdigest(), 1)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert entries(corpus)["news-000001"] == ManifestEntry(
        "news-000001", "news-000001.txt", digest, title="T", published="2024-05-03", received=received
    )
    found = {finding.check for finding in checks.check_project(Corpus(corpus.root))}
    assert not found & {"source-hash", "source-missing", "unlisted-source"}


def test_the_kinds_of_files_give_one_corpus(corpus, inbox):
    write(inbox / "a.txt", TEXTS[0])
    write(inbox / "b.md", f"---\ntitle: B\n---\n# Kop\n\n{TEXTS[1]}")
    write(
        inbox / "c.html", f"<html><head><title>C</title></head><body><article><p>{TEXTS[2]}</p></article></body></html>"
    )
    write(inbox / "d.csv", "id;titel;tekst\nd1;D;Eén\nd2;E;Twee\n")
    pq.write_table(pa.table({"body": ["Drie woorden hier"], "url": ["https://a.nl/1"]}), inbox / "e.parquet")
    write(inbox / "f.docx", b"PK\x03\x04 word/")
    write(inbox / "notes", "no suffix")
    write(inbox / "README.md", "What is in this folder.")
    addition = added(corpus, inbox)
    assert [row.id for row in addition.articles] == ["a", "b", "c", "d1", "d2", "e-000001"]
    assert [(row.source.name, row.reason) for row in addition.left_out] == [
        ("README.md", "it is about the folder; name the file itself to add it"),
        ("f.docx", "a Word document, which is not read"),
        ("notes", "its kind is not read: no suffix"),
    ]
    assert sorted(path.name for path in corpus.received.iterdir()) == ["b.md", "c.html", "d.csv", "e.parquet"]
    assert {name: entry.title for name, entry in entries(corpus).items() if entry.title} == {
        "b": "B", "c": "C", "d1": "D", "d2": "E",
    }  # fmt: skip
    assert entries(corpus)["a"].received is None
    assert entries(corpus)["c"].received.extractor.startswith("trafilatura ")
    assert entries(corpus)["d2"].received.row == 2


def test_what_was_added_before_is_unchanged_and_new_rows_are_added(corpus, inbox):
    path = table(inbox / "news.jsonl", *({"text": text} for text in TEXTS[:2]))
    added(corpus, path)
    before = files_of(corpus)
    assert statuses(added(corpus, path)) == [("news-000001", "unchanged"), ("news-000002", "unchanged")]
    assert files_of(corpus) == before
    table(path, *({"text": text} for text in TEXTS))
    assert statuses(added(corpus, path))[2] == ("news-000003", "new")
    kept = entries(corpus)["news-000003"].received.file
    assert kept != "news.jsonl"
    assert (corpus.received / kept).read_bytes() == path.read_bytes()
    assert {path: before[path] for path in before if "seeds" in path.parts} == {
        path: data for path, data in files_of(corpus).items() if path in before and "seeds" in path.parts
    }


def test_a_changed_row_is_refused_as_a_changed_article_is(corpus, inbox):
    path = table(inbox / "news.jsonl", {"text": TEXTS[0]})
    added(corpus, path)
    table(path, {"text": TEXTS[0] + "Mehr."})
    before = files_of(corpus)
    with pytest.raises(InputError, match="the project has another article news-000001") as caught:
        added(corpus, path)
    assert (caught.value.file, caught.value.line) == (path, 1)
    assert files_of(corpus) == before


def test_a_page_is_unchanged_though_another_version_of_the_extractor_reads_it_otherwise(corpus, inbox, monkeypatch):
    path = write(inbox / "a.html", f"<html><body><article><p>{TEXTS[0]}</p></article></body></html>")
    added(corpus, path)
    before = files_of(corpus)
    monkeypatch.setattr(webpages, "read_page", lambda _path: WebPage("Another text of this page.\n", "trafilatura 99"))
    assert statuses(added(corpus, path)) == [("a", "unchanged")]
    (left_out,) = added(corpus, path, id=IdPattern("page-{stem}")).left_out
    assert left_out.reason == "its file is that of the article a"
    assert files_of(corpus) == before
    write(path, path.read_bytes() + b" ")
    with pytest.raises(InputError, match="the project has another article a"):
        added(corpus, path)


def test_proposals_are_written_only_if_they_are_accepted_and_never_over_what_people_wrote(corpus, inbox):
    path = write(inbox / "a.txt", f"Fokker krijgt geld\n\nDoor Jan Jansen\n\n{TEXTS[0]}\n")
    (row,) = added(corpus, path).articles
    assert (row.status, dict(row.stated), dict(row.proposed)) == (
        "new", {}, {"title": "Fokker krijgt geld", "author": "Jan Jansen"},
    )  # fmt: skip
    assert (entries(corpus)["a"].title, entries(corpus)["a"].author) == (None, None)
    (row,) = added(corpus, path, stated={"author": "J. J."}).articles
    assert (row.status, dict(row.stated), dict(row.proposed)) == (
        "updated", {"author": "J. J."}, {"title": "Fokker krijgt geld"},
    )  # fmt: skip
    (row,) = added(corpus, path, accept_proposals=True).articles
    assert (row.status, dict(row.stated), dict(row.proposed)) == ("updated", {"title": "Fokker krijgt geld"}, {})
    assert (entries(corpus)["a"].title, entries(corpus)["a"].author) == ("Fokker krijgt geld", "J. J.")
    assert statuses(added(corpus, path, accept_proposals=True)) == [("a", "unchanged")]


def test_the_lines_of_a_page_propose_what_the_page_does_not_state(corpus, inbox):
    lines = "".join(f"<p>{words}</p>" for words in ("Von Jan Jansen", "3. Mai 2024", *TEXTS))
    write(inbox / "a.html", f"<html><head><title>T</title></head><body><article>{lines}</article></body></html>")
    (row,) = added(corpus, inbox, language="de").articles
    assert (dict(row.stated), dict(row.proposed)) == (
        {"title": "T"}, {"author": "Jan Jansen", "published": "2024-05-03"},
    )  # fmt: skip


def test_what_people_wrote_in_the_manifest_leaves_no_doubt(corpus, inbox):
    path = write(inbox / "a.txt", f"Troops leave\n03/04/2024\n\n{TEXTS[0]}\n{TEXTS[1]}")
    (doubt,) = added(corpus, path).doubts
    assert "'03/04/2024' is one of two days" in doubt[1]
    assert not added(corpus, path, stated={"published": "2024-04-03"}).doubts
    assert not added(corpus, path).doubts


def test_an_id_may_be_made_of_what_is_proposed_once_that_is_accepted(corpus, inbox):
    path = write(inbox / "a.txt", f"Fokker krijgt geld\n\nDoor Jan Jansen\n\n{TEXTS[0]}\n")
    with pytest.raises(InputError, match="this article has no title") as caught:
        added(corpus, path, id=IdPattern("{title}"))
    assert "--accept-proposals" in caught.value.remedy
    (row,) = added(corpus, path, id=IdPattern("{title}"), accept_proposals=True).articles
    assert (row.id, row.stated["author"]) == ("fokker-krijgt-geld", "Jan Jansen")


def test_rows_without_a_text_and_texts_that_are_there_already_are_left_out_with_their_reason(corpus, inbox):
    rows = [{"id": "a", "text": TEXTS[0]}, {"id": "b", "text": " \n"}, {"id": "c"}, {"id": "d", "text": TEXTS[0]}]
    path = table(inbox / "news.jsonl", *rows, rows[0])
    addition = added(corpus, path)
    assert [(row.row, row.id, row.reason) for row in addition.left_out] == [
        (2, "b", "it has no text"),
        (3, "c", "it has no text"),
        (4, "d", f"its text is that of {path}, row 1"),
        (5, "a", f"it is {path}, row 1 again"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "words", "line"),
    [
        ("b.jsonl", '{"text": "x y"}\n{"text": 5}\n', "'text' is 5, no text", 2),
        ("b.jsonl", '{"text": "x y"}\n{"text": {"body": "x"}}\n', "'text' is an object, with 'body'", 2),
        ("b.jsonl", '{"text": "x\\u0000y"}\n', "NUL in the text", 1),
        ("b.jsonl", '{"text": "x"}\n{"text": \n', "not a line of JSON", 2),
        ("b.jsonl", '{"id": true, "text": "x y"}\n', "the id is True", 1),
        ("b.jsonl", '{"id": "a/b", "text": "x y"}\n', "'a/b' cannot be an id: it holds a slash", 1),
        ("b.jsonl", '{"id": "a.p05", "text": "x y"}\n', "'a.p05' cannot be an id", 1),
        ("b.csv", "title,text\nA,x\nB,y,z\n", "the row has 3 cells", 3),
        ("b.html", "<p>Accept cookies</p>", "no main text", None),
        ("b.md", "", "empty", None),
        ("b.txt", b"caf\xe9", "not UTF-8", None),
    ],
)
def test_one_broken_article_keeps_all_out_unless_such_are_left_out(corpus, inbox, *, name, content, words, line):
    good, bad = write(inbox / "a.txt", TEXTS[0]), write(inbox / name, content)
    before = files_of(corpus)
    with pytest.raises(InputError, match=words) as caught:
        added(corpus, inbox)
    assert (caught.value.file, caught.value.line, bool(caught.value.remedy)) == (bad, line, True)
    assert files_of(corpus).keys() - before.keys() <= {corpus.folder / ".manifest.jsonl.lock"}
    addition = added(corpus, inbox, skip_invalid=True)
    (left_out,) = [row for row in addition.left_out if row.source == bad]
    assert words in left_out.reason
    assert line is None or left_out.row == line or left_out.reason.startswith(f"line {line}: ")
    assert addition.articles[0].source == good
    assert "a" in entries(corpus)


def test_ids_are_made_by_a_pattern_and_those_of_two_are_refused_with_both(corpus, inbox):
    path = table(inbox / "news.jsonl", *({"title": f"T {n % 2}", "text": text} for n, text in enumerate(TEXTS)))
    assert [row.id for row in added(corpus, path, apply=False, id=IdPattern("nos-{row:02}")).articles] == [
        "nos-01", "nos-02", "nos-03",
    ]  # fmt: skip
    with pytest.raises(InputError, match=f"the id 't-0' is that of {path}, row 1, too") as caught:
        added(corpus, path, id=IdPattern("{title}"))
    assert caught.value.line == 3
    first, second = write(inbox / "x" / "index.txt", TEXTS[0]), write(inbox / "y" / "index.txt", TEXTS[1])
    with pytest.raises(InputError, match="the id 'index' is that of"):
        added(corpus, first, second)
    assert [row.id for row in added(corpus, first, second, id=IdPattern("{folder}-{stem}")).articles] == [
        "x-index", "y-index",
    ]  # fmt: skip
    assert (corpus.seeds / "x-index.txt").read_bytes() == first.read_bytes()


def test_an_empty_id_is_none_and_a_key_of_a_front_matter_may_be_one(corpus, inbox):
    path = write(inbox / "news.csv", f"id,text\nx,{TEXTS[0].replace(',', '')}\n,{TEXTS[1].replace(',', '')}\n")
    assert [row.id for row in added(corpus, path).articles] == ["x", "news-000002"]
    page = write(inbox / "a.md", f"---\nslug: geld\n---\n{TEXTS[2]}")
    assert [row.id for row in added(corpus, page, id=IdPattern("nos-{slug}")).articles] == ["nos-geld"]


def test_the_tags_of_html_in_a_table_are_noted(corpus, inbox):
    path = table(inbox / "news.jsonl", {"text": f"<p>{TEXTS[0]}</p><p>{TEXTS[1]}</p>"}, {"text": "a < b and b > c"})
    assert added(corpus, path).doubts == [
        (f"{path}, row 1", "the text holds the tags of HTML, which annotators would read"),
    ]  # fmt: skip


def test_two_received_files_of_one_name_are_both_kept(corpus, inbox):
    for number in (0, 1):
        path = table(inbox / f"f{number}" / "news.jsonl", {"id": f"a{number}", "text": TEXTS[number]})
        added(corpus, path)
    kept = {entry.received.file: entry.received.sha256 for entry in entries(corpus).values()}
    assert len(kept) == 2
    assert {hashlib.sha256((corpus.received / name).read_bytes()).hexdigest() for name in kept} == {*kept.values()}


def test_what_was_received_need_not_be_kept(corpus, inbox):
    added(corpus, table(inbox / "news.jsonl", {"text": TEXTS[0]}), keep_received=False)
    assert not corpus.received.exists()
    assert entries(corpus)["news-000001"].received.file == "news.jsonl"


def test_a_received_file_that_changes_or_that_nothing_lists_is_found_by_the_checks(corpus, inbox):
    added(corpus, table(inbox / "news.jsonl", *({"text": text} for text in TEXTS)))
    write(corpus.received / "news.jsonl", "{}")
    write(corpus.received / "other.csv", "a,b")
    found = [(finding.check, finding.file.name) for finding in checks.check_project(Corpus(corpus.root))]
    assert found.count(("source-hash", "manifest.jsonl")) == 1
    assert found.count(("unlisted-source", "other.csv")) == 1


def test_a_failure_while_writing_leaves_nothing_behind(corpus, inbox, monkeypatch):
    path = table(inbox / "news.jsonl", *({"text": text} for text in TEXTS))
    before = files_of(corpus)

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("goldspan.articles.ingest.shutil.copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        added(corpus, path)
    assert files_of(corpus).keys() - before.keys() <= {corpus.folder / ".manifest.jsonl.lock"}


def test_a_table_that_changes_while_it_is_read_is_refused(corpus, inbox, monkeypatch):
    path = table(inbox / "news.jsonl", {"text": TEXTS[0]})
    write_all = files.write_all

    def changing(contents):
        write_all(contents)
        path.write_text("{}")

    monkeypatch.setattr("goldspan.articles.ingest.files.write_all", changing)
    with pytest.raises(InputError, match="the file changed while it was read"):
        added(corpus, path)
    assert not entries(corpus)
    assert not list(corpus.seeds.rglob("*.*"))


def test_another_language_or_writing_system_is_noted(corpus, inbox):
    write(inbox / "a.txt", "Министр обороны заявил во вторник, что компания получит три миллиона евро. " * 3)
    write(inbox / "b.md", f"---\nlang: de-AT\n---\n{TEXTS[0]}")
    write(inbox / "c.md", f"---\nlang: nl-BE\n---\n{TEXTS[1]}")
    assert dict(added(corpus, inbox, language="nl").others) == {
        "Cyrillic letters": 1, "the language de, which is stated": 1,
    }  # fmt: skip


SPAN = {"start": 0, "end": 3, "label": "ORG"}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", '{"text": "One two"}\n', False),
        ("a.jsonl", '{"text": "One two", "tags": ["politics"], "label": "sports"}\n', False),
        ("a.jsonl", '{"headline": "x", "body": "One two"}\n', False),
        ("a.jsonl", '{"text": "One two"}\n' + json.dumps({"text": "Two", "spans": [SPAN]}) + "\n", True),
        ("a.jsonl", '{"text": "One two", "entities": []}\n', True),
        ("a.jsonl", '{"tokens": ["One"], "ner_tags": ["B-X"]}\n', True),
        ("a.jsonl", '{"id": "a.p01", "at": 0, "text": "One", "spans": []}\n', True),
        ("a.jsonl", "", False),
        ("a.json", '[{"text": "One two"}]', False),
        ("a.csv", "title,text\nA,One two\n", False),
        ("a.csv", "word,tag\nBerlin,B-LOC\nis,O\n", True),
        ("a.txt", "One two", False),
        ("a.md", "- One", False),
        ("a.html", "<p>One", False),
    ],
)
def test_annotation_is_told_from_articles_by_what_rows_hold(inbox, name, content, expected):
    path = write(inbox / name, content)
    assert is_annotated([path], ColumnNames()) is expected
    assert is_annotated([inbox], ColumnNames()) is expected


def test_whoever_names_the_column_of_the_text_has_articles(inbox):
    path = table(inbox / "a.jsonl", {"text": TEXTS[0], "spans": [SPAN]})
    assert not is_annotated([path], ColumnNames(text="text"))


def test_parquet_without_annotation_holds_articles(inbox):
    pq.write_table(pa.table({"text": TEXTS}), inbox / "a.parquet")
    assert not is_annotated([inbox], ColumnNames())
    pq.write_table(pa.table({"text": TEXTS, "spans": [[SPAN], [], []]}), inbox / "a.parquet")
    assert is_annotated([inbox], ColumnNames())


def test_a_folder_without_articles_is_refused_by_the_kinds_that_are_read(corpus, inbox):
    write(inbox / "a.log", "One two")
    write(inbox / "README.md", "What is in this folder.")
    assert not is_annotated([inbox], ColumnNames())
    with pytest.raises(InputError, match=r"the folder holds no \.txt, \.md"):
        added(corpus, inbox)


def test_articles_and_annotation_are_not_added_together(inbox):
    write(inbox / "a.txt", TEXTS[0])
    table(inbox / "b.jsonl", {"text": "One", "spans": [SPAN]})
    with pytest.raises(InputError, match=r"holds articles, and .*b\.jsonl annotation"):
        is_annotated([inbox], ColumnNames())


def test_annotation_that_comes_late_in_a_table_is_not_passed_over(corpus, inbox):
    rows = [{"text": f"{TEXTS[0]} {number}"} for number in range(250)]
    path = table(inbox / "a.jsonl", *rows, {"text": "One", "spans": [SPAN]})
    assert not is_annotated([path], ColumnNames())
    with pytest.raises(InputError, match="under 'spans' is what looks like annotation") as caught:
        added(corpus, path)
    assert caught.value.line == 251
    assert "--format rows" in caught.value.remedy
    assert len(added(corpus, path, columns=ColumnNames(text="text"), apply=False).articles) == 251


@pytest.mark.slow
def test_twice_the_rows_take_no_memory_for_their_texts(tmp_path):
    peaks = []
    for count in (800, 1600):
        path = table(tmp_path / f"{count}.jsonl", *({"text": f"{number} {'word ' * 4000}"} for number in range(count)))
        corpus = new_project.create(tmp_path / f"project-{count}")
        tracemalloc.start()
        assert len(added(corpus, path).articles) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + (4 << 20)  # the texts of 800 rows are 16 million bytes
