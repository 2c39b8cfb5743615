"""A withdrawn article is in no file of its project, other articles are as they were, and what is left is named."""

import json
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import files
from goldspan.annotation import Span
from goldspan.articles import ingest
from goldspan.checks import check_project
from goldspan.corpus import Corpus, assignment_plans, clusters, reading_order
from goldspan.corpus.annotators import without_annotators
from goldspan.corpus.assignment_plans import AssignedExample, assignment_file
from goldspan.corpus.change_journal import journal_path, read_journal
from goldspan.corpus.manifest import read_manifest, update_manifest
from goldspan.corpus.reading_order import OrderedArticle
from goldspan.corpus.releases import ReleasedExample, ReleaseRecord
from goldspan.corpus.samples import DrawnArticle, SampleRecord
from goldspan.corpus.shown_suggestions import shown_folder
from goldspan.corpus.withdrawals import read_withdrawals
from goldspan.doccano.controls import controls_file
from goldspan.errors import InputError, InvalidValueError
from goldspan.export import export
from goldspan.formats import doubts, gold
from goldspan.formats.labels_toml_edit import without_allowed
from goldspan.service.rejections import RejectionLedger, ledger_path
from goldspan.withdrawal import remains
from goldspan.withdrawal.curated_files import ArticleContents
from goldspan.withdrawal.plan import WithdrawalRequest, plan_withdrawal
from goldspan.withdrawal.remains import TextSearch
from helpers.audits import write_audit

REQUEST = WithdrawalRequest(requested_by="publisher", day="2026-12-01")
GONE = "storm"
WORDS = "Belle Étoile"  # that only this article has


def withdraw(corpus, *articles, request=REQUEST):
    """Carries out a withdrawal; the plan of it."""
    plan = plan_withdrawal(Corpus(corpus.root), articles or (GONE,), request)
    plan.apply()
    return plan


def contents(corpus):
    """The bytes of each file of a project."""
    return {
        path.relative_to(corpus.root).as_posix(): path.read_bytes()
        for path in sorted(corpus.root.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def findings(corpus):
    return sorted((one.check, one.example or "", one.message) for one in check_project(Corpus(corpus.root)))


def ordered(article, **keys):
    return OrderedArticle(
        article=article, part="ranked", words=10, expected=1.0, new=0.0, differing=None, score=1.0, **keys
    )


@pytest.fixture
def full(toy):
    """The toy corpus with every kind of file that a project can have; each names or quotes the article."""
    examples = {example.id: example for example in toy.gold_examples()}
    first = examples[f"{GONE}.p02"]
    long = next(example.text for example in examples.values() if example.article == GONE and len(example.text) > 60)
    other = next(example for example in examples.values() if example.article != GONE)
    files.write(toy.doubts / f"{GONE}.jsonl", doubts.line(doubts.RegionDoubt(first.id, "0" * 64, 0, 4, ("why",))))
    files.write(toy.cluster_file, clusters.content({GONE: "c1", "strike": "c1", "harbour": "c2"}))
    order = [ordered("strike", repeats=GONE), replace(ordered(GONE), part="random"), ordered("harbour")]
    files.write(toy.order_file, reading_order.content(order))
    files.write(controls_file(toy, "news"), f"{other.id}\n{first.id}\n")
    files.write(controls_file(toy, "alone"), f"{first.id}\n")
    ledger = RejectionLedger(ledger_path(toy))
    for example in (first, other):
        ledger.offer("k3f9a1c2e4d5", example.text, [Span(0, 4, "SHIP")])
    drawn = DrawnArticle(article=GONE, id="x-1", shard="s", row=1, part="random", values={}, probability=0.5)
    sample = SampleRecord(
        suggestions="s", recipe="r", number=1, random_share=1.0, seed=0, by=[], allocation="square-root", least=1,
        articles=2, left_out={}, strata=[], drawn=[drawn],
    )  # fmt: skip
    files.write(toy.samples / "1.json", sample.text())
    released = ReleasedExample(
        id=first.id, at=first.at, length=len(first.text), sha256="0" * 64, spans=[], decisions=[]
    )
    record = ReleaseRecord(
        version="1.0", date="2026-01-01", guidelines="1.0", articles={GONE: "0" * 64}, examples=(released,)
    )
    files.write(toy.releases / "1.0.jsonl", record.text())
    files.write(
        toy.folder / "doccano.toml",
        '[[project]]\nname = "news"\nserver = "https://d.example.org"\nkey = "k3f9a1c2e4d5"\noffsets = "utf-16"\n',
    )
    write_audit(toy, "spring", {GONE: [first], other.article: [other]})
    assigned = [AssignedExample(one.id, ("ann",)) for one in (first, other)]
    files.write(assignment_file(toy, "kfor"), assignment_plans.content(assigned))
    for one in (first, other):
        files.write(shown_folder(toy, "kfor-ann") / f"{one.article}.jsonl", gold.line(one))
    shutil.copytree(toy.passes / "ann", toy.passes / "cy")
    for path in (toy.passes / "cy").iterdir():
        if path.stem != GONE:
            path.unlink()
    files.write(
        toy.folder / "annotators.toml",
        '# Who they are.\n\n[[annotator]]\nname = "ann"\nkind = "person"\n\n# Read one article.\n[[annotator]]\n'
        'name = "cy"\nkind = "model"\n',
    )
    scheme = toy.scheme_file.read_text()
    allowed = (
        f'\n[allow]\nleading-article = ["The Hague"]\nparagraph-across-splits = ["{first.id}", "{other.id}"]\n'
        f'near-duplicate-split = [\n    # a pair\n    "{GONE} = strike",  # both\n    "harbour = strike",\n]\n'
    )
    toy.scheme_file.write_text(scheme.rstrip() + "\n" + allowed)
    received = toy.received / "page.html"
    files.write(
        received, f"<html><body><article><h1>Storm</h1>{f'<p>{first.text} {long}</p>' * 3}</article></body></html>"
    )
    table = toy.received / "table.jsonl"
    files.write(table, '{"text": "x"}\n')

    def with_received(entries):
        by = {
            GONE: ("page.html", None), "harbour": ("table.jsonl", 1), "strike": ("table.jsonl", 2)
        }  # fmt: skip
        for entry in entries:
            name, row = by[entry.id]
            digest = files.sha256(toy.received / name)
            yield replace(entry, received=ingest.ReceivedFile(name, digest, row, None if row else "x 1"))

    update_manifest(toy.folder / "manifest.jsonl", with_received)
    files.write(toy.guidelines / "quote.md", f"# A page\n\nAs in {first.id}:\n\n> {long}\n")
    files.write(toy.guidelines / "gazetteers" / "ship.txt", f"Gloria\n{WORDS}\n")
    for path, text in {
        toy.folder / "README.md": f"# Card\n\n{long}\n",
        toy.folder / "CHANGELOG.md": f"# Changelog of the annotation\n\n## 2026-01-01: `{GONE}` read again\n\nDone.\n",
        toy.folder / "DATA_STATEMENT.md": f"It has the article `{GONE}`.\n",
        toy.root / "notes" / "unknown.kind": long,
        toy.build / "suggestions" / f"{GONE}.jsonl": gold.line(first),
        toy.build / "folds" / f"{GONE}.jsonl": gold.line(first),
        toy.build / "test_split" / f"{GONE}.jsonl": gold.line(first),
        toy.build / "rank" / "abc" / f"{GONE}.jsonl": gold.line(first),
        toy.build / "report.html": f"<html><p>{' '.join(f'<b>{word}</b>' for word in long.split())}</p></html>",
        toy.build / "doccano" / "d.json": f'{{"batches": [{{"ids": ["{first.id}"]}}]}}',
        toy.build / "cache" / "language-model" / "a.json": "{}",
    }.items():
        files.write(path, text)
    export(toy, toy.build / "dataset", is_checked=True)
    return Corpus(toy.root)


def test_a_project_with_everything_has_it_in_no_file_that_the_plan_does_not_name(full):
    """Whoever adds a kind of file to a project adds it to `full`: here it must be gone, or be named."""
    held = {name for name, data in contents(full).items() if WORDS.encode() in data}
    assert len(held) > 10
    plan = withdraw(full)
    named = {one.file.relative_to(full.root).as_posix() for one in plan.remains.places}
    kept = {"corpus/withdrawn.jsonl", "corpus/samples/1.json", "corpus/releases/1.0.jsonl", "corpus/CHANGELOG.md"}
    kept |= {"corpus/audits/spring/plan.json"}
    after = contents(full)
    mark = re.compile(rf"(?<![\w-]){GONE}(?:\.p\d+|\.jsonl|\")".encode())
    with_words = {name for name, data in after.items() if WORDS.encode() in data}
    with_id = {name for name, data in after.items() if mark.search(data)}
    assert with_words <= named
    assert with_id <= named | kept
    assert named == {
        "annotation_guidelines/quote.md",
        "annotation_guidelines/gazetteers/ship.txt",
        "build/dataset/README.md",
        "build/dataset/gold/validation.parquet",
        "build/dataset/passes/validation.parquet",
        "build/doccano/d.json",
        "build/report.html",
        "corpus/CHANGELOG.md",
        "corpus/DATA_STATEMENT.md",
        "corpus/README.md",
        "notes/unknown.kind",
    }


def test_every_kind_of_file_that_a_project_can_have_is_in_the_project_with_everything(full):
    """The list of `corpus/__init__` against the project above."""
    import goldspan.corpus

    kinds = re.findall(r"^([\w/<>.]+/?[\w<>.]*) {2,}", goldspan.corpus.__doc__, flags=re.MULTILINE)
    assert len(kinds) > 15
    withdraw(full, "strike")  # for the file of withdrawals
    names = {*contents(full), "goldspan.toml"}
    missing = [
        kind
        for kind in kinds
        if not any(re.match(re.sub(r"<\w+>", r"[^/]+", kind.replace(".", r"\.")), name) for name in names)
    ]
    assert missing == []


def test_other_articles_stay_byte_for_byte(full):
    before = contents(full)
    withdraw(full)
    after = contents(full)
    other = {name for name in before if re.search(r"(harbour|strike)\.(jsonl|txt)$", name)}
    assert len(other) == 10
    assert {name for name in other if after.get(name) != before[name]} == set()
    lines = before["corpus/manifest.jsonl"].splitlines(keepends=True)
    assert after["corpus/manifest.jsonl"] == b"".join(line for line in lines if f'"id": "{GONE}"'.encode() not in line)
    assert after["corpus/samples/1.json"] == before["corpus/samples/1.json"]
    assert after["corpus/releases/1.0.jsonl"] == before["corpus/releases/1.0.jsonl"]


def test_lines_of_lists_go_and_what_refers_to_them(full):
    plan = withdraw(full)
    corpus = Corpus(full.root)
    assert GONE not in {name for ids in corpus.splits().values() for name in ids}
    assert corpus.clusters() == {"strike": "c1", "harbour": "c2"}
    assert [(one.article, one.repeats) for one in corpus.reading_order()] == [("strike", None), ("harbour", None)]
    assert not controls_file(corpus, "alone").exists()
    assert len(controls_file(corpus, "news").read_text().splitlines()) == 1
    assert len(ledger_path(corpus).read_text().splitlines()) == 1
    assert (corpus.folder / "annotators.toml").read_text() == (
        '# Who they are.\n\n[[annotator]]\nname = "ann"\nkind = "person"\n\n'
    )
    scheme = corpus.scheme_file.read_text()
    assert f'"{GONE}' not in scheme
    assert '    # a pair\n    "harbour = strike",\n]' in scheme
    assert corpus.scheme.allow["leading-article"] == {"The Hague"}
    assert (plan.curated.annotators, plan.curated.random) == (["cy"], [GONE])
    assert [path.name for path in plan.curated.tables] == []
    assert not (corpus.received / "page.html").exists()
    assert (corpus.received / "table.jsonl").exists()


def test_a_table_of_several_articles_stays_and_is_named(full):
    plan = withdraw(full, "harbour")
    assert {path.name: number for path, number in plan.curated.tables.items()} == {"table.jsonl": 1}
    assert (full.received / "table.jsonl").exists()
    withdraw(full, "strike")
    assert not (full.received / "table.jsonl").exists()


def test_the_line_that_stays_has_no_words_and_says_who_asked(full):
    entry = next(one for one in full.entries if one.id == GONE)
    withdraw(full, request=replace(REQUEST, reason="By letter."))
    [line] = read_withdrawals(full.withdrawal_file)
    assert (line.article, line.date, line.requested_by, line.reason) == (GONE, "2026-12-01", "publisher", "By letter.")
    assert (line.sha256, line.received) == (entry.sha256, entry.received.sha256)
    assert "## 2026-12-01: `storm` withdrawn" in (full.folder / "CHANGELOG.md").read_text()


def test_what_is_elsewhere_is_named(full):
    plan = plan_withdrawal(full, [GONE], REQUEST)
    assert dict(plan.releases) == {"1.0": (GONE,)}
    assert plan.sampled == (GONE,)
    assert [(name, server) for name, server, _ in plan.servers.unasked] == [("news", "https://d.example.org")]
    assert [(one.article, one.containment) for one in plan.similar] == [("strike", None)]
    assert sorted(path.name for path in plan.built) == ["dataset", "doccano", "report.html"]
    name = next(one for one in plan.remains.places if one.kind == "name")
    assert (name.file.name, name.line, name.text) == ("ship.txt", 2, WORDS)
    quote = next(one for one in plan.remains.places if one.file.name == "quote.md" and one.kind == "words")
    assert quote.line == 5


@pytest.mark.parametrize("articles", [("storm",), ("harbour", "strike"), ("storm", "harbour", "strike")])
def test_all_commands_work_afterwards(toy, goldspan, articles):
    assert goldspan("suggest", "--root", toy.root) == 0
    withdraw(toy, *articles)
    assert findings(toy) == []
    is_empty = len(articles) == 3
    for command in ("check", "stats", "build", "agree", "export", "split", "adjudicate"):
        code = goldspan(command, "--root", toy.root)
        assert code == 0 or (is_empty and code == 1), command


def test_a_split_that_is_left_empty_is_named(toy):
    plan = withdraw(toy, *Corpus(toy.root).split_ids("test"))
    assert plan.curated.emptied == ["test"]
    assert any("the split test has no article left" in note for note in plan.notes)
    assert Corpus(toy.root).splits()["test"] == []


def test_several_articles_and_one_that_was_withdrawn_before(full):
    withdraw(full)
    plan = withdraw(full, GONE, "strike")
    assert (plan.new, list(plan.earlier)) == (("strike",), [GONE])
    assert [one.article for one in read_withdrawals(full.withdrawal_file)] == [GONE, "strike"]
    again = plan_withdrawal(Corpus(full.root), [GONE], REQUEST)
    assert not again.contents
    assert {one.file.name for one in again.remains.places} >= {"d.json", "DATA_STATEMENT.md"}


def test_files_that_were_left_of_an_article_withdrawn_before_go(full):
    data = (full.passes / "bob" / f"{GONE}.jsonl").read_bytes()
    withdraw(full)
    (full.passes / "bob" / f"{GONE}.jsonl").write_bytes(data)
    plan = withdraw(full)
    assert [path.name for path in plan.contents] == [f"{GONE}.jsonl"]
    assert not (full.passes / "bob" / f"{GONE}.jsonl").exists()


def test_an_article_that_left_in_another_way_gets_its_line(full):
    release = full.releases / "1.0.jsonl"
    release.write_text(release.read_text().replace(f'"{GONE}": ', '"fog": "' + "1" * 64 + f'", "{GONE}": '))
    plan = withdraw(full, "fog")
    assert [path.name for path in plan.contents] == ["withdrawn.jsonl", "CHANGELOG.md"]
    [line] = read_withdrawals(full.withdrawal_file)
    assert (line.article, line.sha256) == ("fog", "1" * 64)


def test_a_near_duplicate_is_named(toy):
    text = (toy.seeds / "storm.txt").read_text()
    copy = text.replace("Nordlicht", "Sydlicht") + "\n\nMore on this later.\n"
    ingest_file = toy.root.parent / "brief.txt"
    ingest_file.write_text(copy)
    ingest.add(toy, [ingest_file], apply=True)
    plan = plan_withdrawal(Corpus(toy.root), [GONE], REQUEST)
    assert [(one.article, one.of) for one in plan.similar] == [("brief", GONE)]
    assert plan.similar[0].containment > 0.5
    assert "brief shares" in plan.similar[0].sentence


def test_a_model_that_has_seen_it_is_named(toy):
    record = {
        "version": "0.1.0", "backend": "spacy", "recipe": "r", "weights": None, "seed": 0, "labels": ["SHIP"],
        "language": "en", "guidelines": "1.0",
        "articles": {"train": ["harbour"], "validation": [GONE], "test": ["strike"]}, "gold": {}, "files": {},
    }  # fmt: skip
    files.write(toy.model / "goldspan.json", json.dumps(record))
    files.write(toy.model / "vocab" / "strings.json", '["storm"]')
    for article, seen in {GONE: ((GONE,), ()), "strike": ((), ("strike",)), "harbour": (("harbour",), ())}.items():
        [model] = plan_withdrawal(toy, [article], REQUEST).remains.models
        assert (model.folder, model.articles, model.measured) == (toy.model, *seen)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('x = ["a", "b"]', 'x = ["b"]'),
        ('x = ["b", "a"]', 'x = ["b"]'),
        ('x = ["a"]', "x = []"),
        ("x = ['a', 'b',]  # both", "x = ['b',]  # both"),
        ('x = [\n  "a",  # why\n  "b",\n]', 'x = [\n  "b",\n]'),
        ('x = [\n  "b",\n  "a"\n]', 'x = [\n  "b"\n]'),
        ('x = [\n  # of "a"\n  "b",\n]', 'x = [\n  # of "a"\n  "b",\n]'),
        ('x = ["\\u0061", "b"]\ny = ["a"]', 'x = ["b"]\ny = ["a"]'),
    ],
)
def test_a_name_leaves_the_accepted_ones_and_nothing_else_changes(tmp_path, before, after):
    path, rest = tmp_path / "labels.toml", 'version = "1.0"\n\n{}\n\n[[label]]\nname = "a"\n'
    path.write_text(rest.format(f"[allow]\n{before}"))
    if "y =" in before:
        with pytest.raises(InputError, match="in a form that cannot be changed"):
            without_allowed(path, ["x"], ["a"])
    else:
        assert without_allowed(path, ["x"], ["a"]).decode() == rest.format(f"[allow]\n{after}")


def test_a_list_of_annotators_in_another_form_is_refused(tmp_path):
    path = tmp_path / "annotators.toml"
    path.write_text('annotator = [{ name = "a", kind = "person" }, { name = "b", kind = "model" }]\n')
    with pytest.raises(InputError, match="a must leave it"):
        without_annotators(path, ["a"])
    assert without_annotators(path, ["a", "b"]) is None


def test_what_is_unknown_or_quotes_the_article_is_refused(full):
    before = contents(full)
    with pytest.raises(InputError, match="no article 'strom'") as refused:
        plan_withdrawal(full, ["strom"], REQUEST)
    assert "storm" in refused.value.remedy
    text = max((one.text for one in full.gold_examples([GONE])), key=len)
    with pytest.raises(InvalidValueError, match="quotes the article"):
        plan_withdrawal(full, [GONE], replace(REQUEST, reason=f"It says {text}."))
    for day in ("2026-13-01", "1 May", "20261201"):
        with pytest.raises(InvalidValueError, match="no date"):
            WithdrawalRequest(requested_by="other", day=day)
    assert contents(full) == before


@pytest.mark.parametrize("damaged", ["seeds/storm.txt", "corpus/gold/storm.jsonl", "corpus/passes/ann/storm.jsonl"])
def test_a_damaged_file_of_the_article_does_not_keep_it(full, damaged):
    (full.root / damaged).write_bytes(b"\xff\xfe{")
    withdraw(full)
    assert not (full.root / damaged).exists()


@pytest.mark.parametrize(
    "damaged",
    [
        "clusters.jsonl",
        "reading_order.jsonl",
        "rejections.jsonl",
        "splits/train.txt",
        "withdrawn.jsonl",
        "releases/1.0.jsonl",
    ],
)
def test_a_damaged_list_is_refused_and_nothing_is_written(full, damaged):
    (full.folder / damaged).write_bytes(b'{"half": \n')
    before = contents(full)
    with pytest.raises(InputError) as refused:
        withdraw(full)
    assert damaged.rpartition("/")[2] in str(refused.value.file)
    assert refused.value.remedy
    assert contents(full) == before


# Adding again


def test_it_is_not_added_again_under_any_name(full, tmp_path, goldspan, capsys):
    text, page = (full.seeds / "storm.txt").read_bytes(), (full.received / "page.html").read_bytes()
    lines = (full.gold / "storm.jsonl").read_bytes()
    withdraw(full)
    before = contents(full)
    for name, data in {
        "storm.txt": text, "Storm.txt": b"Something else entirely.", "copy.txt": text, "other.html": page,
        "storm.jsonl": lines, "windows.txt": text.replace(b"\n", b"\r\n"), "mark.txt": b"\xef\xbb\xbf" + text,
        "cut.txt": text.rstrip(b"\n"), "longer.txt": text.rstrip(b"\n") + b"\n", "words.md": text,
        "quotes.txt": text.replace("“".encode(), b'"').replace("’".encode(), b"'").replace(b" ", b"  "),
        "saved.html": b"<html><body><article>" + b"".join(
            b"<p>" + line + b"</p>" for line in text.split(b"\n") if line
        ) + b"</article></body></html>",
        "row.json": json.dumps([{"id": "row", "text": text.decode().strip()}]).encode(),
    }.items():  # fmt: skip
        path = tmp_path / "in" / name
        files.write(path, "")
        path.write_bytes(data)
        options = ("--as", "dan") if name.endswith(".jsonl") else ()
        assert goldspan("add", path, *options, "--root", full.root, "--apply") == 1
        printed = " ".join("".join(capsys.readouterr()).split())
        assert "which was withdrawn on 2026-12-01" in printed
        assert "remove its line from" in printed
        assert ("Another article needs another id" in printed) == (name == "Storm.txt")
        path.unlink()
    assert contents(full) == before
    full.withdrawal_file.unlink()  # the request was taken back
    path = tmp_path / "storm.txt"
    path.write_bytes(text)
    assert goldspan("add", path, "--root", full.root, "--apply") == 0
    assert GONE in {entry.id for entry in read_manifest(full.folder / "manifest.jsonl")}


# Interruptions


@pytest.mark.parametrize("share", [0, 0.3, 0.7, 1])
def test_a_run_that_is_killed_between_two_files_is_completed(full, tmp_path, monkeypatch, share):
    whole = Corpus(tmp_path / "whole")
    shutil.copytree(full.root, whole.root)
    withdraw(whole)
    plan = plan_withdrawal(full, [GONE], REQUEST)

    def killed(planned):
        for path, content in [*planned.items()][: round(share * len(planned))]:
            path.unlink() if content is None else path.write_bytes(content)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_all", killed)
        with pytest.raises(KeyboardInterrupt):
            plan.apply()
    journal = read_journal(full)
    assert journal.command == ("withdraw", GONE, "--requested-by", "publisher")
    assert WORDS.encode() not in journal_path(full).read_bytes().replace(b"ship.txt", b"")
    journal.complete(full)
    assert contents(full) == contents(whole)
    assert Corpus(full.root).annotators() == ["ann", "bob"]


def test_another_command_completes_it_first(full, goldspan, capsys, monkeypatch):
    plan = plan_withdrawal(full, [GONE], REQUEST)

    def killed(_planned):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_all", killed)
        with pytest.raises(KeyboardInterrupt):
            plan.apply()
    assert goldspan("relabel", "SHIP", "VESSEL", "--root", full.root) == 1
    assert "goldspan withdraw storm --requested-by publisher --apply" in capsys.readouterr().err
    assert goldspan("relabel", "SHIP", "VESSEL", "--root", full.root, "--apply") == 0
    assert "Completed `goldspan withdraw storm --requested-by publisher`" in capsys.readouterr().out
    assert (full.has_gold(GONE), Corpus(full.root).scheme.names[0]) == (False, "VESSEL")


def test_a_full_disk_leaves_all_as_it_was(full, monkeypatch):
    before = contents(full)
    plan = plan_withdrawal(full, [GONE], REQUEST)

    def no_space(_path, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_write_beside", no_space)
    with pytest.raises(OSError, match="No space"):
        plan.apply()
    assert contents(full) == before


# The search for words


LETTERS = st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"])


@settings(max_examples=60, deadline=None)
@given(st.lists(LETTERS, min_size=12, max_size=40), st.lists(LETTERS, max_size=30), st.data())
def test_a_run_of_eight_words_is_found_wherever_it_stands_and_nothing_shorter(text, around, data):
    """Case, punctuation, line breaks and marks around the words do not hide them."""
    search = TextSearch([ArticleContents(id="a-1", entry=None, text=" ".join(text))])
    begin = data.draw(st.integers(0, len(text) - 8))
    seps = st.sampled_from([" ", ", ", "\n", "  ", " – ", ". "])
    run = "".join(word.upper() + data.draw(seps) for word in text[begin : begin + 8])
    assert search.quoted(run) is not None
    assert search.quoted(f"{' '.join(around)} {run} {' '.join(around)}") is not None
    own = {tuple(text[at : at + 8]) for at in range(len(text) - 7)}
    has = any(tuple(around[at : at + 8]) in own for at in range(len(around) - 7))
    assert (search.quoted(" ".join(around)) is not None) == has


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.md", "> The [Alpha Beta]{UNIT} gamma **delta** epsilon\n> zeta [eta]{PLACE} theta iota."),
        ("rows.jsonl", '{"text": "Alpha beta\\ngamma delta epsilon\\tzeta eta theta"}'),
        ("page.html", "<p>Alpha <mark title='UNIT'>beta gamma</mark> delta\nepsilon&nbsp;zeta <b>eta</b> theta</p>"),
        (
            "tokens.conll",
            "\n".join(f"{word} O" for word in ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]),
        ),
    ],
)
def test_words_are_found_among_the_marks_of_a_format(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    text = "Alpha beta gamma delta epsilon zeta eta theta iota"
    [found] = TextSearch([ArticleContents(id="a-1", entry=None, text=text)]).places(path)
    assert (found.article, found.kind) == ("a-1", "words")


@pytest.mark.parametrize(
    ("name", "line", "is_named"),
    [
        ("storm", '{"id": "storm.p03"}', True), ("storm", "The storm was strong.", False), ("storm", "| storm |", True),
        ("storm", "see `storm`", True), ("storm", "brainstorm.p01", False), ("storm", "storm.jsonl", True),
        ("a-17", "as in a-17 and", True), ("a-17", "as in a-171 and", False), ("a-17", "x-a-17", False),
    ],
)  # fmt: skip
def test_an_id_is_found_where_it_can_be_nothing_else(tmp_path, name, line, is_named):
    path = tmp_path / "page.md"
    path.write_text(line)
    found = TextSearch([ArticleContents(id=name, entry=None)]).places(path)
    assert bool(found) == is_named


@pytest.mark.parametrize("form", ["conll", "docbin", "brat", "doccano", "jsonl", "parquet"])
def test_an_export_of_any_format_is_named(toy, goldspan, form):
    assert goldspan("export", "--format", form, "--output", toy.build / "out", "--root", toy.root) == 0
    plan = plan_withdrawal(toy, [GONE], REQUEST)
    assert {one.kind for one in plan.built[toy.build / "out"]} >= {"words"}
    assert not plan.remains.unread


def test_a_large_file_is_searched_line_by_line(toy, monkeypatch):
    text = (toy.seeds / "storm.txt").read_text()
    path = toy.root / "notes.jsonl"
    path.write_text(f"{text}\nas in storm.p01\n")
    whole = [one for one in plan_withdrawal(toy, [GONE], REQUEST).remains.places if one.file == path]
    monkeypatch.setattr(remains, "LARGE", 10)
    found = [one for one in plan_withdrawal(toy, [GONE], REQUEST).remains.places if one.file == path]
    assert [(one.line, one.kind) for one in found] == [(one.line, one.kind) for one in whole]
    assert {one.kind for one in found} == {"words", "id"}
    path.write_bytes(path.read_bytes() + b"\0")
    assert path in plan_withdrawal(toy, [GONE], REQUEST).remains.unread


def test_a_release_that_names_it_as_withdrawn_does_not_have_it(toy):
    for version, articles in (("1.0", [GONE, "strike"]), ("1.1", ["strike"])):
        value = {"articles": [{"id": name} for name in articles], "withdrawn": [{"article": GONE}]}
        files.write(toy.build / version / "release.json", json.dumps(value))
        files.write(toy.build / version / "CHANGELOG.md", f"- The article `{GONE}` is there, or not.\n")
    assert {path.name for path in plan_withdrawal(toy, [GONE], REQUEST).built} == {"1.0"}


# git


def test_the_history_of_git_is_counted(toy):
    def git(*words):
        subprocess.run(["git", "-C", toy.root, "-c", "user.name=a", "-c", "user.email=a@b.c", *words], check=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "all")
    plan = plan_withdrawal(toy, [GONE], REQUEST)
    assert plan.history.commits == 1
    assert plan.history.command.startswith("git filter-repo --invert-paths --path seeds/storm.txt")
    shutil.rmtree(toy.root / ".git")
    assert plan_withdrawal(toy, [GONE], REQUEST).history is None


def test_the_plan_is_json(full):
    value = json.loads(json.dumps(plan_withdrawal(full, [GONE], REQUEST).json()))
    assert value["articles"][0]["article"] == GONE
    assert value["removed"]
    assert value["doccano"]["not_asked"][0]["project"] == "news"
