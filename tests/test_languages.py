"""Projects in French, German, Arabic and Chinese, the whole way: check, export, convert, evaluate, agree, and back."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from goldspan import Example, InputError, NotFoundError, Span, checks, cli, formats, new_project, stats, tokens
from goldspan.annotation import Label, LabelScheme
from goldspan.checks import check_records
from goldspan.corpus import Corpus, project_of_files
from goldspan.export import export
from goldspan.formats import gold, inline, labels_toml
from goldspan.formats.record import RawSpan, Record
from goldspan.formats.sources import read_source
from goldspan.quantities import labels_with_values

PROJECTS = Path(__file__).parent / "data" / "languages"
CODES = ("fr", "de", "ar", "zh")
FIRST_TOKENS = {
    "fr": ["L'", "Ardèche", "déborde", "depuis", "hier", "soir", "."],
    "de": ["An", "der", "Alster", "steht", "das", "Wasser", ",", "am", "Elbe-Ufer", "nicht", "."],
    "ar": ["غادرت", "سلمى", "حداد", "مدينة", "طرابلس", "،", "ثم", "وصلت", "إلى", "صيدا", "."],
    "zh": [*"李明昨天离开青岛,船上没有货物。"],
}
FIRST_TAGS = {
    "fr": "O B-LIEU O O O O O",
    "de": "B-ORT I-ORT I-ORT O O O O O B-ORT O O",
    "ar": "O B-PERSON I-PERSON O B-PLACE O O O O B-PLACE O",
    "zh": "B-PERSON I-PERSON O O O O B-PLACE I-PLACE O O O O O O O O",
}
UNKNOWN = {
    "qq": "'sq'",
    "fr-FR": "'fr'",
    "french": "'fr'",
    "Frensh": "'fr'",
    "ZH": "'zh'",
    "deu": "'de'",
    "français": "'fr'",
    "no": "'nb'",
}


@pytest.fixture(params=CODES)
def corpus(request, tmp_path):
    return copy(request.param, tmp_path)


def copy(code, folder):
    shutil.copytree(PROJECTS / code, folder / code)
    return Corpus(folder / code)


def goldspan(capsys, *arguments):
    """The exit code, what was printed, and what was printed as errors."""
    with pytest.raises(SystemExit) as ended:
        cli.main([*map(str, arguments)])
    return ended.value.code, *capsys.readouterr()


def set_language(corpus, code):
    path = corpus.scheme_file
    path.write_text(
        path.read_text("utf-8").replace(f'language = "{corpus.root.name}"', f'language = "{code}"'), "utf-8"
    )


def spans(examples):
    return {example.id: (example.text, example.spans) for example in examples}


def without_first_span(examples):
    return [example.with_spans(example.spans[1:] if number == 0 else example.spans) for number, example in examples]


def test_the_checks_find_nothing(corpus):
    assert list(checks.check_project(corpus)) == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [("fr", {"leading-article", "token-misaligned"}), ("de", {"leading-article"})],
)
def test_the_checks_for_english_would(code, wrong, tmp_path):
    corpus = copy(code, tmp_path)
    set_language(corpus, "en")
    found = {finding.check for finding in checks.check_project(corpus)}
    assert wrong <= found


@pytest.mark.parametrize(
    ("check", "marked"),
    [
        ("leading-article", "[An Oriant]{L} attend."),
        ("leading-possessive", "[Her Majesty]{L} kommt."),
        ("trailing-possessive", "Hij woont in [Mattheus's]{L} huis."),
        ("split-compound", "A [Budapest]{L}-en kívül."),
        ("count-without-value", "[mille soldats]{N} attendent."),
    ],
)
def test_a_check_of_english_is_for_english_alone(check, marked):
    example = inline.example("a.p01", marked)
    record = Record(Path("a"), 1, example.id, example.text, tuple(RawSpan(*span) for span in rows(example)))
    labels = (Label("L", "l", "#000000", "l", "l.md"), Label("N", "n", "#000000", "n", "n.md", quantity=True))
    for language in ("en", "fr", "xx"):
        found = {finding.check for finding in check_records([record], LabelScheme("1", labels, {}, language))}
        assert (check in found) == (language == "en")
    assert check in {finding.check for finding in check_records([record], None)} or check == "count-without-value"
    assert check not in {finding.check for finding in check_records([record], None, language="fr")}
    (made,) = [made for made in checks.CHECKS if made.id == check]
    assert (made.language, f"{made.why} Only where `language` is `en`." in checks.check_table()) == ("en", True)


def rows(example):
    return [(span.start, span.end, span.label) for span in example.spans]


def test_a_dataset_has_the_tokens_of_the_language_and_every_span(corpus, tmp_path):
    code = corpus.root.name
    done = export(corpus, tmp_path / "out")
    first = pq.read_table(tmp_path / "out/gold/train.parquet").to_pylist()[0]
    schema = json.loads(pq.read_schema(tmp_path / "out/gold/train.parquet").metadata[b"huggingface"])
    names = schema["info"]["features"]["ner_tags"]["feature"]["names"]
    assert first["tokens"] == FIRST_TOKENS[code]
    assert " ".join(names[tag] for tag in first["ner_tags"]) == FIRST_TAGS[code]
    assert done.losses == []
    for split in ("train", "test"):
        read = read_source(tmp_path / "out", reading=formats.ReadOptions(split=split)).examples
        assert spans(read) == spans(corpus.gold_examples(corpus.read_split(split)))


FILES = [entry.name for entry in formats.FORMATS if entry.can_write and entry.name != "dataset"]


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_spans_back(corpus, tmp_path, name):
    export(corpus, tmp_path / "out", name)
    (path,) = (tmp_path / "out").glob("train*")
    assert spans(formats.load(path, name)) == spans(corpus.gold_examples(corpus.read_split("train")))


@pytest.mark.parametrize("name", ["conll", "docbin"])
def test_a_file_has_the_tokens_of_the_language(corpus, tmp_path, capsys, name):
    output = tmp_path / "out"
    arguments = ("convert", corpus.gold / f"{corpus.read_split('train')[0]}.jsonl", "--to", name, "--output", output)
    assert goldspan(capsys, *arguments)[::2] == (0, ""), "the file is in a project, which names the language"
    if name == "conll":
        lines = output.read_text("utf-8").split("\n\n")[1].splitlines()
        written = [line.split()[0] for line in lines if not line.startswith("#")]
    else:
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab

        written = [word.text for word in next(iter(DocBin().from_disk(output).get_docs(Vocab())))]
    assert written == FIRST_TOKENS[corpus.root.name]


@pytest.mark.parametrize("form", [entry for entry in formats.FORMATS if entry.can_write], ids=lambda form: form.name)
def test_a_format_states_whether_its_tokens_depend_on_the_language(form, tmp_path):
    example = Example("a.p01", "L'Isère monte.", (Span(2, 7, "LIEU"),))
    written = []
    for language in ("fr", "xx"):
        path = tmp_path / language / f"a{form.suffixes[0]}"
        path.parent.mkdir()
        options = formats.WriteOptions(policy="expand" if form.has_tokens else "strict", language=language)
        form.write(path, [example], options)
        written.append([file.read_bytes() for file in ([path] if path.is_file() else sorted(path.iterdir()))])
    assert (written[0] != written[1]) == form.is_tokenized


def test_outside_a_project_the_language_is_named_or_said_to_be_assumed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(PROJECTS / "fr" / "corpus" / "gold" / "crue.jsonl", tmp_path)
    code, _, error = goldspan(capsys, "convert", "crue.jsonl", "--to", "conll", "-o", "a.conll")
    assert (code, Path("a.conll").exists()) == (1, False), "l'Isère is one English token"
    code, _, error = goldspan(capsys, "convert", "crue.jsonl", "--to", "prodigy", "-o", "a.jsonl", "--json", "r.json")
    assert (code, "tokens are those of 'en'" in error, "--language CODE" in error) == (0, True, True)
    assert [note["kind"] for note in json.loads(Path("r.json").read_text())["notes"]] == ["assumed-language"]
    code, _, error = goldspan(capsys, "convert", "crue.jsonl", "--to", "doccano", "-o", "b.jsonl")
    assert (code, error) == (0, ""), "this format has no tokens"
    code, _, error = goldspan(capsys, "convert", "crue.jsonl", "--to", "conll", "-o", "a.conll", "--language", "fr")
    assert (code, error) == (0, "")
    assert spans(formats.load(Path("a.conll"))) == spans(formats.load(Path("crue.jsonl")))


def test_the_language_is_that_of_the_files_before_that_of_the_folder(tmp_path, monkeypatch):
    french, chinese = copy("fr", tmp_path), copy("zh", tmp_path)
    loose = tmp_path / "loose.jsonl"
    shutil.copy(chinese.gold / "yu.jsonl", loose)
    monkeypatch.chdir(french.root)
    assert project_of_files([chinese.gold / "yu.jsonl"]) == chinese
    assert project_of_files([loose]) == french
    assert project_of_files([loose, chinese.gold / "yu.jsonl"]) == chinese
    with pytest.raises(InputError, match=r"two languages: 'fr' in .* 'zh' in "):
        project_of_files([french.gold, chinese.gold])
    monkeypatch.chdir(tmp_path)
    assert project_of_files([loose]) is None


def test_chinese_without_spaces_is_a_token_a_character(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "标的车直行碰撞,损坏护栏。"
    Path("in.jsonl").write_text(json.dumps({"text": text, "label": [[9, 11, "OBJ"]]}), "utf-8")
    code, _, error = goldspan(capsys, "convert", "in.jsonl", "--to", "conll", "-o", "o.conll", "--language", "zh")
    assert (code, error) == (0, "")
    rows = [line.split() for line in Path("o.conll").read_text("utf-8").splitlines() if line[:1] not in ("", "#", "-")]
    assert [row[0] for row in rows] == list(text)
    assert [row[-1] for row in rows][8:12] == ["O", "B-OBJ", "I-OBJ", "O"]


def evaluated(capsys, *arguments):
    code, _, error = goldspan(capsys, "evaluate", *arguments, "--json", "report.json")
    assert (code, error) == (0, "")
    return json.loads(Path("report.json").read_text("utf-8"))


def test_lengths_of_an_evaluation_count_tokens_of_the_language(tmp_path, capsys, monkeypatch):
    corpus = copy("zh", tmp_path)
    monkeypatch.chdir(tmp_path)
    formats.get("gold").write(Path("predicted.jsonl"), without_first_span(enumerate(corpus.gold_examples())))
    report = evaluated(capsys, corpus.gold, "predicted.jsonl")
    lengths = {name: part["possible"] for name, part in report["slices"]["length"].items() if part["possible"]}
    assert lengths == {"2": 6, "3": 1, "4–6": 1}, "a character is a token"
    assert report["slices"]["label"]["PERSON"]["correct"] == 2
    assert any("tokenizer for 'zh' that a span overlaps." in sentence for sentence in report["remarks"])
    shutil.copy(corpus.gold / "chuan.jsonl", "gold.jsonl")
    alone = evaluated(capsys, "gold.jsonl", "gold.jsonl")
    assert any("'en'" in sentence and "--language" in sentence for sentence in alone["remarks"]), "assumed, and said"
    named = evaluated(capsys, "gold.jsonl", "gold.jsonl", "--language", "zh")
    assert any("tokenizer for 'zh'" in sentence for sentence in named["remarks"])
    assert {n: p["possible"] for n, p in named["slices"]["length"].items() if p["possible"]} == {
        "2": 5,
        "3": 1,
        "4–6": 1,
    }


def test_a_language_counts_though_the_scheme_lacks_a_label_of_gold(tmp_path, capsys, monkeypatch):
    corpus = copy("zh", tmp_path)
    monkeypatch.chdir(tmp_path)
    path = corpus.gold / "yu.jsonl"
    path.write_text(path.read_text("utf-8").replace("PLACE", "TOWN"), "utf-8")
    report = evaluated(capsys, corpus.gold, corpus.gold)
    assert any("tokenizer for 'zh'" in sentence for sentence in report["remarks"])


def test_agreement_on_tokens_counts_those_of_the_language(tmp_path, capsys, monkeypatch):
    corpus = copy("zh", tmp_path)
    monkeypatch.chdir(tmp_path)
    examples = list(corpus.gold_examples())
    formats.get("gold").write(Path("bob.jsonl"), without_first_span(enumerate(examples)))
    formats.get("gold").write(Path("ann.jsonl"), examples)

    def agreed(*arguments):
        command = ("agree", "ann.jsonl", "bob.jsonl", "--json", "report.json", *arguments)
        assert goldspan(capsys, *command)[0] == 0
        return json.loads(Path("report.json").read_text("utf-8"))

    report = agreed("--labels", corpus.scheme_file)
    overall = report["agreement"]["overall"]["measures"]
    assert report["agreement"]["language"] == "zh"
    assert overall["token_fleiss"]["estimate"] == pytest.approx(overall["character_fleiss"]["estimate"])
    assert not any("names the language" in remark for remark in report["remarks"])
    assumed = agreed()
    assert assumed["agreement"]["language"] == "en"
    assert any("'en'" in remark and "--language" in remark for remark in assumed["remarks"])
    assert agreed("--language", "zh")["agreement"]["overall"]["measures"]["token_fleiss"] == overall["token_fleiss"]


def test_the_statistics_count_tokens_of_the_language(tmp_path):
    corpus = copy("zh", tmp_path)
    (table,) = [table for table in stats.corpus_tables(corpus) if table.title == "Lengths in tokens"]
    assert table.rows[0] == ("examples", "4", "7", "13", "16", "49")
    assert "for 'zh'" in table.note


def test_values_are_read_in_english_alone(tmp_path):
    corpus = copy("fr", tmp_path)
    assert labels_with_values(corpus.scheme) == ()
    export(corpus, tmp_path / "out")
    (value,) = [
        row for rows in pq.read_table(tmp_path / "out/gold/train.parquet")["effectifs"].to_pylist() for row in rows
    ]
    assert value == {"start": 50, "end": 70, "minimum": None, "maximum": None, "approximate": None}


@pytest.mark.parametrize(("code", "nearest"), UNKNOWN.items())
def test_a_language_that_spacy_lacks_is_refused_with_the_nearest_code(code, nearest):
    with pytest.raises(NotFoundError, match=f"no tokenizer for the language '{code}'") as refused:
        tokens.tokenize("a", code)
    assert f"Did you mean {nearest}?" in refused.value.remedy


@pytest.mark.parametrize("code", ["ja", "ko", "th", "vi"])
def test_a_language_that_needs_a_package_is_refused_with_what_to_install(code, monkeypatch):
    monkeypatch.setattr(tokens, "find_spec", lambda _: None)
    with pytest.raises(NotFoundError, match=f"for the language '{code}' needs a package") as refused:
        tokens.require_language(code)
    assert "pip install " in refused.value.remedy


@pytest.mark.slow
def test_every_other_language_of_spacy_has_a_tokenizer_that_keeps_the_text():
    text = "Ada, 'n Bob: l'été à 10.5 — «нет», 你好। ١٢ 🚢"
    for code in set(tokens.languages()) - set(tokens.REQUIRED_MODULES):
        extents = tokens.tokenize(text, code)
        assert "".join(text[start:end] for start, end in extents) == "".join(text.split()), code


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("stats",),
        ("export", "--output", "out"),
        ("export", "--output", "out", "--format", "prodigy"),
        ("suggest", "--output", "out"),
        ("build",),
        ("evaluate", "corpus/gold", "corpus/gold"),
        ("agree", "corpus/gold", "corpus/gold/crue.jsonl"),
        ("convert", "corpus/gold", "--to", "docbin", "--output", "out"),
    ],
    ids=" ".join,
)
def test_commands_that_need_tokens_name_the_line_of_an_unknown_language(tmp_path, capsys, monkeypatch, command):
    corpus = copy("fr", tmp_path)
    set_language(corpus, "fr-FR")
    monkeypatch.chdir(corpus.root)
    code, _, error = goldspan(capsys, *command)
    assert (code, "labels.toml:2: there is no tokenizer for the language 'fr-FR'" in error) == (1, True), error
    assert "Did you mean 'fr'?" in error
    assert not Path("out").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("show",),
        ("split",),
        ("check", "--ignore", "token-misaligned"),
        ("export", "--format", "jsonl", "--output", "out"),
    ],
    ids=" ".join,
)
def test_commands_that_need_no_tokens_work_in_any_language(tmp_path, capsys, monkeypatch, command):
    corpus = copy("fr", tmp_path)
    set_language(corpus, "qq")
    monkeypatch.chdir(corpus.root)
    assert goldspan(capsys, *command)[0] == 0


def test_rules_for_english_say_so_elsewhere(corpus, capsys, tmp_path):
    code, _, error = goldspan(capsys, "suggest", "--root", corpus.root, "--output", tmp_path / "out", corpus.seeds)
    assert (code, "the rules are for English" in error) == (0, True)
    for path in (tmp_path / "out").glob("*.jsonl"):
        assert all(example.text for example in formats.load(path))


def test_a_new_project_says_what_the_language_is_for(tmp_path):
    corpus = new_project.create(tmp_path / "new")
    assert labels_toml.read(corpus.scheme_file).language == "en"
    assert "chooses the tokenizer" in corpus.scheme_file.read_text()


def test_gold_lines_keep_their_characters(corpus):
    for path in corpus.gold.iterdir():
        assert "".join(map(gold.line, formats.load(path))) == path.read_text("utf-8")
