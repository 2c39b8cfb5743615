"""The data card says of a project what its files state, and nothing else."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InputError, files, licences, stats
from goldspan.corpus import Corpus
from goldspan.corpus.annotators import read_annotators
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.export import export
from goldspan.export.card import size_category
from goldspan.export.provenance import NOT_STATED, Provenance
from goldspan.formats import gold
from goldspan.settings import ReleaseSettings

PROJECTS = Path(__file__).parents[1] / "data" / "languages"
MEMBERS = """
[[member]]
name = "anne.dupont"
role = "annotator"
pseudonym = "a1"

[[member]]
name = "lea.martin"
role = "project_admin"
pseudonym = "chief"
"""
OF_THIS_CORPUS = ("KFOR", "NATO", "Kosovo", "English", "news", "rights-of-the-publishers", "MILITARY_UNIT", "reader-a")


@pytest.fixture
def french(tmp_path):
    return copy("fr", tmp_path)


@pytest.fixture
def german(tmp_path):
    return copy("de", tmp_path)


def copy(code, folder):
    shutil.copytree(PROJECTS / code, folder / code)
    return Corpus(folder / code)


def add_pass(corpus, name, **extra):
    """The gold as the pass of an annotator, each line with further keys."""
    for path in corpus.gold.iterdir():
        lines = [gold.line(example.with_spans(example.spans)) for example in corpus.gold_examples([path.stem])]
        added = "".join(f', "{key}": {files.dumps(value)}' for key, value in extra.items())
        files.write(corpus.passes / name / path.name, "".join(line[:-2] + added + "}\n" for line in lines))


def state(corpus, *rows):
    """Write corpus/annotators.toml."""
    tables = ("[[annotator]]\n" + "".join(f'{key} = "{value}"\n' for key, value in row.items()) for row in rows)
    files.write(corpus.folder / "annotators.toml", "\n".join(tables))


def card(corpus, tmp_path):
    """The header of the card as YAML gives it, and the card as one line of words."""
    export(corpus, tmp_path / "out", is_checked=True)
    text = (tmp_path / "out" / "README.md").read_text("utf-8")
    _, header, body = text.split("---\n", 2)
    return yaml.safe_load(header), " ".join(body.split())


def test_a_project_of_people_with_two_kinds_of_licences(french, tmp_path):
    files.write(french.guidelines / "members.toml", MEMBERS)
    add_pass(french, "a1", confirmed=True)
    add_pass(french, "chief", confirmed=True)
    header, body = card(french, tmp_path)
    assert header["language"] == ["fr"]
    assert header["annotations_creators"] == ["expert-generated"]
    assert (header["license"], header["license_name"]) == ("other", "sources-and-licences"), "one is not stated"
    assert header["pretty_name"] == "fr", "the name of its folder, for it has no card of its own"
    assert header["size_categories"] == ["n<1K"]
    assert "Annotated by 2 people (a1 and chief)." in body
    assert "| a1 | person | 5 | not recorded |" in body
    assert "| CC BY 4.0 | 1 | Le Courrier du Fleuve | | not stated | 1 | not stated |" in body
    assert "All articles follow version 2.1 of the guidelines. Language of the texts: `fr`." in body
    assert "| EFFECTIF | Un nombre de personnes. | labels.md |" in body
    assert "tokenizer for `fr`" in body
    assert "The values in `effectifs` are null: they are read in English texts alone." in body
    for word in (*OF_THIS_CORPUS[:3], *OF_THIS_CORPUS[4:], "anne.dupont", "lea.martin", "model"):
        assert word not in body.replace("person or model", ""), "nothing of another corpus, and no real name"


def test_a_project_of_a_model_with_one_licence(german, tmp_path):
    add_pass(german, "tagger-2", confirmed=True)
    state(german, {"name": "tagger-2", "kind": "model", "drafts": "rules"})
    files.write(german.folder / "README.md", "# Der Deich\n\nVier Absätze über Wasser.\n")
    header, body = card(german, tmp_path)
    assert header["language"] == ["de"]
    assert header["annotations_creators"] == ["machine-generated"]
    assert header["license"] == "cc0-1.0"
    assert "license_name" not in header
    assert header["pretty_name"] == "Der Deich"
    assert body.startswith("# Der Deich Vier Absätze über Wasser. ## Labels All articles follow version 1.0")
    assert "Annotated by 1 model (tagger-2). No person has annotated it. tagger-2 corrected drafts by rules." in body
    assert "| tagger-2 | model | 4 | by rules |" in body
    assert "| CC0-1.0 | 2 | Elbblatt |" in body
    assert not any(word in body for word in (*OF_THIS_CORPUS, "people"))


def test_people_and_models_are_both_named(german, tmp_path):
    for name in ("ann", "ben", "gpt"):
        add_pass(german, name)
    state(german, {"name": "ann", "kind": "person", "drafts": "model"}, {"name": "gpt", "kind": "model"})
    header, body = card(german, tmp_path)
    assert header["annotations_creators"] == ["expert-generated", "machine-generated"]
    assert "Annotated by 1 person (ann) and 1 model (gpt). Whether ben is a person or a model is not recorded." in body
    assert "ann corrected drafts by a model." in body


def test_what_nobody_recorded_is_not_guessed(tmp_path):
    corpus = copy("zh", tmp_path)
    path = corpus.scheme_file
    path.write_text(path.read_text("utf-8").replace('language = "zh"\n', ""), "utf-8")
    header, body = card(corpus, tmp_path)
    assert header["license"] == "unknown"
    assert header.keys().isdisjoint({"annotations_creators", "language", "license_name"})
    assert "No pass of an annotator is recorded. No pass has any example of the gold." in body
    assert "Who annotated that is not recorded." in body
    assert "Language of the texts: not stated." in body
    assert "| not stated | 2 | 海边日报 |" in body


@pytest.mark.parametrize(
    ("stated", "sentence", "creators"),
    [
        ({"kind": "person"}, "That was annotated by people.", ["expert-generated"]),
        (
            {"kind": "person", "drafts": "rules"},
            "That was annotated by people, who corrected drafts by rules.",
            ["expert-generated", "machine-generated"],
        ),
        ({"kind": "model", "drafts": "none"}, "That was annotated by a model.", ["machine-generated"]),
    ],
)
def test_gold_without_passes_has_the_annotator_that_is_stated(german, tmp_path, stated, sentence, creators):
    state(german, {"name": "gold", **stated})
    header, body = card(german, tmp_path)
    assert sentence in body
    assert header["annotations_creators"] == creators


def test_drafts_that_were_only_confirmed_are_called_that(german, tmp_path):
    add_pass(german, "ann", confirmed=True)
    path = german.passes / "ann" / "deich.jsonl"
    lines = path.read_text("utf-8").splitlines()
    for number, made in enumerate(("place.named", "model.person")):
        spans = 2
        lines[number] = lines[number][:-1] + f', "rules": {files.dumps([made] * spans)}, "scores": [0.9, 0.9]}}'
    path.write_text("\n".join(lines) + "\n", "utf-8")
    state(german, {"name": "ann", "kind": "person"})
    header, body = card(german, tmp_path)
    assert "1 of the 4 examples of ann is a draft by a model, only confirmed." in body
    assert "1 of the 4 examples of ann is a draft by rules, only confirmed." in body
    assert header["annotations_creators"] == ["expert-generated", "machine-generated"]


def test_gold_that_is_drafts_is_called_that(german, tmp_path):
    path = german.gold / "markt.jsonl"
    path.write_text(path.read_text("utf-8").replace("]]}", ']], "rules": ["place.named", "person.full"]}'), "utf-8")
    header, body = card(german, tmp_path)
    assert "1 example of the gold is a draft by rules, unchanged." in body
    assert header["annotations_creators"] == ["machine-generated"]


def test_examples_that_nobody_confirmed_are_counted(german, tmp_path):
    add_pass(german, "ann", confirmed=True)
    path = german.passes / "ann" / "deich.jsonl"
    path.write_text(path.read_text("utf-8").replace("true", "false", 1), "utf-8")
    assert "No pass has 1 of the 4 examples of the gold (in deich)." in card(german, tmp_path)[1]


def test_decisions_name_who_decided_by_their_pseudonym(toy, tmp_path):
    files.write(toy.guidelines / "members.toml", MEMBERS.replace("lea.martin", "lea"))
    state(toy, {"name": "ann", "kind": "model"}, {"name": "bob", "kind": "model"})
    header, body = card(toy, tmp_path)
    assert "1 dispute decided: 1 by chief (person), who compared the candidates." in body
    assert "Annotated by 2 models (ann and bob). People only decided disputes." in body
    assert header["annotations_creators"] == ["expert-generated", "machine-generated"]
    assert "lea" not in body.replace("leave", "")


def test_the_outcomes_of_decisions_are_stated(toy, tmp_path):
    path = toy.decisions / "storm.jsonl"
    assert "Why annotators differed" not in card(toy, tmp_path)[1]
    files.write(path, path.read_text("utf-8").replace("}\n", ', "outcome": "unclear-rule"}\n'))
    assert "Why annotators differed, in 1 decision that states it: 1 by an unclear rule." in card(toy, tmp_path)[1]


def test_versions_that_differ_are_counted(german, tmp_path):
    first, second = german.entries
    stale = ManifestEntry(first.id, first.file, first.sha256, guidelines="0.9")
    write_manifest(german.folder / "manifest.jsonl", [stale, second])
    body = card(Corpus(german.root), tmp_path)[1]
    assert (
        "of version 1.0 of the guidelines; the manifest states: 1 article version 0.9 and 1 article version 1.0."
        in body
    )


def test_only_articles_of_the_dataset_count(french, tmp_path):
    (french.gold / "port.jsonl").unlink()
    header, body = card(french, tmp_path)
    assert header["license"] == "cc-by-4.0"
    assert "not stated | 1 |" not in body


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[[annotator]]\nname = "a1"\nkind = "robot"\n', r"annotators\.toml:3: annotator a1: 'kind' is 'robot'"),
        ('[[annotator]]\nname = "a1"\n', r"annotators\.toml:1: annotator a1: the key 'kind' is missing"),
        ('[[annotator]]\nname = "a1"\nkind = "person"\ndraft = "none"\n', "unknown key 'draft', did you mean 'drafts'"),
        ('[[annotator]]\nname = "a1"\nkind = "person"\n' * 2, "the annotator 'a1' is listed twice"),
        ('[annotator]\nname = "a1"\nkind = "person"\n', "annotators.toml"),
        ('[[annotator]]\nname = "a9"\nkind = "person"\n', "there is neither a pass nor a decision of 'a9'"),
    ],
)
def test_a_file_of_annotators_that_is_wrong_is_refused(german, tmp_path, content, message):
    add_pass(german, "a1")
    files.write(german.folder / "annotators.toml", content)
    with pytest.raises(InputError, match=message):
        card(german, tmp_path)
    assert not (tmp_path / "out").exists()


def test_without_such_a_file_nobody_is_listed(tmp_path):
    assert read_annotators(tmp_path) == {}


def test_a_licence_with_marks_of_a_table_stays_in_its_cell(german, tmp_path):
    first, second = german.entries
    odd = ManifestEntry(first.id, first.file, first.sha256, licence="free | for\nall <!-- end -->", guidelines="1.0")
    write_manifest(german.folder / "manifest.jsonl", [odd, second])
    body = card(Corpus(german.root), tmp_path)[1]
    assert r"| free \| for all &lt;!-- end -->" in body.replace("&#124;", r"\|")


LICENCES = st.sampled_from([None, "", " ", "CC BY 4.0", "cc-by-4.0", "CC0-1.0", "All rights reserved", NOT_STATED])


@given(st.lists(LICENCES, min_size=1, max_size=6), st.sampled_from([None, "CC-BY-4.0", "MIT", "for research only"]))
def test_a_licence_of_the_hub_is_stated_by_every_article_and_by_none_but_those(stated, own):
    entries = tuple(ManifestEntry(f"a{n}", "a.txt", "0", licence=licence) for n, licence in enumerate(stated))
    source = Provenance(entries, (), {}, {}, 0, {}, {}, None, ReleaseSettings(licence=own))
    assert sorted(entry.id for of in source.licences.values() for entry in of) == sorted(e.id for e in entries)
    hub = source.hub_licence
    stated = [*stated, own] if own else stated
    identifiers = {"-".join((licence or "").lower().split()) for licence in stated}
    if identifiers <= licences.HUB:
        assert {hub} if isinstance(hub, str) else set(hub) == identifiers
    elif not any((licence or "").strip() not in ("", NOT_STATED) for licence in stated):
        assert hub == "unknown"
    else:
        assert hub == "other"


def test_the_licence_of_the_annotation_and_the_contact_are_stated_or_called_not_stated(french, german, tmp_path):
    header, body = card(german, tmp_path)
    assert "## Licence and contact As goldspan.toml states them." in body
    assert "| licence of the annotation | not stated | | contact | not stated |" in body
    assert header["license"] == "cc0-1.0"
    chosen = '[release]\nlicence = "CC-BY-4.0"\ncontact = "Anna | Ben <anna@example.org>"\n'
    for corpus, hub in ((german, ["cc-by-4.0", "cc0-1.0"]), (french, "other")):
        files.write(corpus.root / "goldspan.toml", chosen)
        header, body = card(Corpus(corpus.root), tmp_path)
        assert header["license"] == hub
        assert r"| licence of the annotation | CC-BY-4.0 | | contact | Anna \| Ben &lt;anna@example.org> |" in body
    files.write(german.root / "goldspan.toml", '[release]\nlicence = "by the authors, for research"\n')
    header, body = card(Corpus(german.root), tmp_path)
    assert (header["license"], header["license_name"]) == ("other", "sources-and-licences")
    assert "| licence of the annotation | by the authors, for research |" in body


def test_the_commands_show_the_licence_and_the_contact(german, goldspan, tmp_path, capsys):
    files.write(german.root / "goldspan.toml", '[release]\nlicence = "ODbL-1.0"\n')
    assert goldspan("export", "--root", german.root, "--output", tmp_path / "a", "--json", tmp_path / "a.json") == 0
    assert "licence of the annotation: ODbL-1.0, contact: not stated ([release] in goldspan" in capsys.readouterr().out
    made = json.loads((tmp_path / "a.json").read_text())
    assert (made["licence"], made["contact"]) == ("ODbL-1.0", None)
    header, _ = card(Corpus(german.root), tmp_path)
    assert header["license"] == ["cc0-1.0", "odbl"]
    assert goldspan("stats", "--full", "--root", german.root) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Licence and contact what stated" in printed
    assert "licence of the annotation ODbL-1.0 contact not stated" in printed


def test_the_card_names_the_checks_that_the_project_has_chosen(german, tmp_path):
    assert "## Checks" not in card(german, tmp_path)[1]
    levels = {"leading-article": "off", "split-word": "warning", "label-conflict": "error", "bad-line": "error"}
    files.write(
        german.root / "goldspan.toml", "[checks]\n" + "".join(f'{name} = "{at}"\n' for name, at in levels.items())
    )
    body = card(Corpus(german.root), tmp_path)[1]
    assert "Off here: leading-article. Warnings here: split-word. Errors here: label-conflict." in body


def test_the_statistics_and_the_card_of_the_project_can_show_it(french):
    add_pass(french, "a1")
    files.write(french.folder / "README.md", "# Crues\n\n<!-- stats: Sources and licences -->\n<!-- end -->\n")
    tables = stats.gold_tables(french)
    assert {"Labels", "Annotators", "Sources and licences"} <= {table.title for table in tables}
    stats.write_statistics(french, tables)
    assert "| CC BY 4.0 | 1 | Le Courrier du Fleuve |" in (french.folder / "README.md").read_text("utf-8")


def test_the_header_of_the_project_s_own_card_is_kept_and_contradicts_nothing(french, tmp_path):
    files.write(french.folder / "README.md", "---\ntags:\n- crue\nhomepage: https://example.org\n---\n\n# Crues\n")
    header, body = card(french, tmp_path)
    assert (header["tags"], header["homepage"], header["language"]) == (["crue"], "https://example.org", ["fr"])
    assert body.startswith("# Crues ## Labels")
    files.write(french.folder / "README.md", "---\nlicense: mit\n---\n# Crues\n")
    with pytest.raises(InputError, match=r"README\.md: its header states 'license'"):
        card(french, tmp_path)
    for broken in ("---\nlicense: mit\n# Crues\n", "---\n[\n---\n", "---\n- a\n---\n", "---\n1: a\n---\n"):
        files.write(french.folder / "README.md", broken)
        with pytest.raises(InputError, match=r"README\.md:1: its header is not YAML"):
            card(french, tmp_path)


def test_a_folder_in_place_of_the_annotators_is_refused(german, tmp_path):
    (german.folder / "annotators.toml").mkdir()
    with pytest.raises(InputError, match=r"annotators\.toml"):
        card(german, tmp_path)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (10_000, "10K<n<100K"), (999_999, "100K<n<1M"),
        (1_000_000, "1M<n<10M"), (2 * 10**9, "1B<n<10B"), (10**12 - 1, "100B<n<1T"), (10**12, "n>1T"),
    ],
)  # fmt: skip
def test_a_size_is_said_in_the_words_of_the_hub(rows, words):
    assert size_category(rows) == words


@pytest.mark.parametrize(
    ("marked", "drafts", "cell", "sentence"),
    [
        (2, None, "suggestions, in 2 of 4 examples", "Of 4 readings of examples 2 were made by correcting suggestions"),
        (
            1,
            "none",
            "suggestions, in 1 of 4 examples",
            "Of 4 readings of examples 1 was made by correcting suggestions",
        ),
        (4, None, "suggestions, in 4 of 4 examples", "All 4 readings of examples were made by correcting suggestions"),
        (1, "rules", "by rules", "All 4 readings of examples were made by correcting suggestions"),
    ],
)
def test_how_much_was_read_with_suggestions_is_computed(german, tmp_path, *, marked, drafts, cell, sentence):
    add_pass(german, "ann", confirmed=True)
    left = marked
    for path in sorted((german.passes / "ann").glob("*.jsonl")):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for row in lines[:left]:
            row["aided"] = "kfor-ann"
        left -= len(lines[:left])
        files.write(path, "".join(files.dumps(row) + "\n" for row in lines))
    state(german, {"name": "ann", "kind": "person"} | ({} if drafts is None else {"drafts": drafts}))
    header, body = card(german, tmp_path)
    assert f"| ann | person | 4 | {cell} |" in body
    assert f"{sentence} (ann {4 if drafts == 'rules' else marked})." in body
    assert header["annotations_creators"] == ["expert-generated", "machine-generated"]
