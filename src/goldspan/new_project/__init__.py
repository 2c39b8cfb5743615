"""A new project: a folder that `goldspan check` finds nothing wrong with, and that says what is to be filled in.

Its files are made of those in `templates/`. The pages for annotators are in English, their examples in the language of
the texts, where `example_sentences.toml` has it; otherwise the examples are names alone.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files, tokens
from goldspan.corpus import IGNORED, Corpus
from goldspan.corpus.blanks import TO_FILL_IN
from goldspan.errors import InputError
from goldspan.formats.labels_toml_edit import label_table
from goldspan.guidelines.label_choice import choose_labels, choose_rule_groups, validated_names
from goldspan.guidelines.pages import FAILS, PASSES
from goldspan.validation import TomlTable, toml_string

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import Label

HERE = Path(__file__).parent
DEFAULT_LABELS = ("PERSON", "ORGANIZATION", "LOCATION")
ATTRIBUTES = "seeds/** -text\ncorpus/** -text\n"  # offsets hold in the bytes as they are
ALLOWED = """
# Words that a check must let pass, by the check's id: unmarked-repeat = ["May"], or in one example ["a17.p03: May"].
[allow]
"""
ENGLISH_CHECKS = """\
# The first three are about the style of English names: whether "the", "his" or "'s" may stand at the edge of a span.
# Decide it in boundaries.md, then here.
[checks]
leading-article = "off"
leading-possessive = "off"
trailing-possessive = "off"
"""
NO_CHECKS = """\
[checks]
# unmarked-repeat = "off"
"""
EXPRESSIONS = """
# Regular expressions, per label; a match is a span.
# [[recogniser]]
# kind = "regex"
# patterns = { LABEL = ['[A-Z]{2}\\d{4}', 'No\\. \\d+'] }
"""
FIRST, SECOND = "Zelvania", "Norvale"  # names that nothing has
ANY_LANGUAGE = {"names": "{}, {}", "nothing": ""}  # without words, and marks that not all tokenizers cut off
UNSPACED = frozenset({"ja", "zh"})

ExampleUnit = Literal["paragraph", "sentence", "article"]


@dataclass(frozen=True, kw_only=True)
class ProjectOptions:
    """What a new project is about.

    Args:
        labels: their names, in the order of their class ids.
        language: of the texts, a code of spaCy.
        unit: what an example is.
    """

    labels: Sequence[str] = DEFAULT_LABELS
    language: str = tokens.DEFAULT_LANGUAGE
    unit: ExampleUnit = "paragraph"


DEFAULT = ProjectOptions()


def create(root: Path, options: ProjectOptions = DEFAULT) -> Corpus:
    """A new project in a new or empty folder; a folder that holds nothing but `.git` is empty.

    Raises:
        InvalidValueError: for a label that cannot be one.
        NotFoundError: if there is no tokenizer for the language.
        InputError: for a folder that is not empty. Nothing is written then, nor in the other cases.
    """
    corpus = Corpus(root.absolute())
    names = validated_names(options.labels)
    tokens.require_language(options.language)
    require_empty(root)
    texts = dict(_texts(corpus, names, options))
    files.write_all({corpus.root / name: text.encode() for name, text in texts.items()})
    for folder in (corpus.seeds, corpus.gold, corpus.passes):
        folder.mkdir(parents=True)
    return corpus


def create_demo(root: Path) -> Corpus:
    """A finished small project in a new or empty folder, with made-up articles, three passes and gold.

    Raises:
        InputError: for a folder that is not empty.
    """
    require_empty(root)
    corpus, source = Corpus(root.absolute()), HERE / "demo"
    paths = sorted(path for path in source.rglob("*") if path.is_file())
    contents: dict[Path, bytes | None] = {
        corpus.root / path.relative_to(source): files.read_bytes(path) for path in paths
    }
    files.write_all(
        {**contents, corpus.root / ".gitignore": IGNORED.encode(), corpus.root / ".gitattributes": ATTRIBUTES.encode()}
    )
    return corpus


def require_empty(root: Path) -> None:
    """Refuse a folder for a new project that holds something already.

    Raises:
        InputError: for a folder that is not empty, and for a file.
    """
    for path in (root, *root.absolute().parents):
        if path.is_symlink() and not path.exists():
            raise InputError("is a link that leads nowhere", file=path, remedy="Choose a new folder for the project.")
        if path.exists() and not path.is_dir():
            raise InputError("is a file, not a folder", file=path, remedy="Choose a new folder for the project.")
    found = sorted(path.name for path in root.iterdir() if path.name != ".git") if root.is_dir() else []
    if found:
        more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
        raise InputError(
            f"is not an empty folder: it holds {found[0]}{more}",
            file=root,
            remedy="Choose a new folder for the project.",
        )


def project_name(corpus: Corpus) -> str:
    """A name for the project in Doccano, made of that of its folder, which no shell divides."""
    return re.sub(r"[^\w.-]+", "-", corpus.root.name).strip("-.") or "news"


def label_page(label: Label, group: str, language: str) -> str:
    """The page of a label, to be filled in.

    Args:
        label: the label.
        group: the first part of the ids of its rules.
        language: of the texts, for the examples.
    """
    own = {"title": label.name, "name": f"`{label.name}`", "group": group}
    return _filled("label.md", own | _blocks(label, _Sentences.of(language)))


def _texts(corpus: Corpus, names: Sequence[str], options: ProjectOptions) -> Iterator[tuple[str, str]]:
    """The files of a project: the path of each in its folder, and its content."""
    labels = choose_labels(names, [_definition(name, options) for name in names])
    groups = choose_rule_groups(names)
    guidelines, folder = (path.relative_to(corpus.root).as_posix() for path in (corpus.guidelines, corpus.folder))
    sentences = _Sentences.of(options.language)
    values = {
        "project": _title(corpus.root.name),
        "slug": project_name(corpus),
        "unit": options.unit,
        "language": options.language,
        "today": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "group": groups[0],
        "checks": ENGLISH_CHECKS if options.language == tokens.DEFAULT_LANGUAGE else NO_CHECKS,
    }
    yield ".gitignore", IGNORED
    yield ".gitattributes", ATTRIBUTES
    yield "README.md", _filled("readme.md", values)
    yield "goldspan.toml", _filled("goldspan.toml", values) + "".join(_recognisers(labels, options.language))
    yield f"{folder}/README.md", _filled("card.md", values)
    yield f"{folder}/DATA_STATEMENT.md", _filled("data_statement.md", values)
    yield f"{folder}/manifest.jsonl", ""
    scheme = (_filled("labels.toml", values), *(f"\n{label_table(label)}" for label in labels), ALLOWED)
    yield f"{guidelines}/labels.toml", "".join(scheme)
    rows = "\n".join(f"| `{label.name}` | [{label.name}]({label.page}) |" for label in labels)
    yield f"{guidelines}/README.md", _filled("guidelines.md", values | {"table": rows})
    yield f"{guidelines}/boundaries.md", _filled("boundaries.md", values | _blocks(labels[0], sentences))
    yield f"{guidelines}/working_in_doccano.md", _filled("working_in_doccano.md", values)
    yield f"{guidelines}/CHANGELOG.md", _filled("changelog.md", values)
    yield f"{guidelines}/members.toml", _filled("members.toml", values)
    yield f"{guidelines}/patterns.jsonl", ""
    for label, group in zip(labels, groups, strict=True):
        yield f"{guidelines}/{label.page}", label_page(label, group, options.language)
        yield f"{guidelines}/{_gazetteer(label)}", f"# Names of {label.name}, one a line, as they are written.\n"


def _filled(template: str, values: dict[str, str]) -> str:
    path = HERE / "templates" / template
    text = Template(files.decode(files.read_bytes(path), path)).substitute(values)
    return re.sub(r"\n{3,}", "\n\n", text)  # where an example is left out


def _title(name: str) -> str:
    """The name of a folder as a heading of a page."""
    return re.sub(r"[^\w .,&()+-]+", " ", name).strip() or "Corpus"


def _definition(name: str, options: ProjectOptions) -> str:
    """The definition of a label: that of the default labels, and a proposal or a question for others."""
    known = _known_labels().get(name.casefold(), {}).get("definition")
    if options.labels is DEFAULT_LABELS:
        return str(known)
    return f"{TO_FILL_IN}, for example: {known}" if known else f"{TO_FILL_IN}: what it marks, in one sentence."


def _gazetteer(label: Label) -> str:
    """The file with the names of a label, one a line."""
    return f"gazetteers/{Path(label.page).stem}.txt"


def _recognisers(labels: Sequence[Label], language: str) -> Iterator[str]:
    """The [[recogniser]] tables of goldspan.toml that go with any labels, and rules for English where they fit."""
    from goldspan.suggest.military_news import recogniser as military_news

    kinds = {
        "patterns": "Phrases, or tokens one by one, in annotation_guidelines/patterns.jsonl, as spaCy and Prodigy read "
        "them.",
        "gazetteer": "Names, one a line, a file per label in annotation_guidelines/gazetteers/.",
        "gold": "What gold has marked before, behind what finds longer names: its June would hide a 12 June of theirs.",
    }
    if language == tokens.DEFAULT_LANGUAGE and not {label.name for label in labels}.isdisjoint(military_news.LABELS):
        kinds["military-news"] = "Rules and word lists for English reports on armed forces."
    for kind, what in kinds.items():
        if kind == "gold":
            yield EXPRESSIONS
        yield f"\n# {what}\n[[recogniser]]\nkind = {toml_string(kind)}\n"


@cache
def _table(name: str) -> dict[str, Any]:
    """A file of this package in TOML."""
    return TomlTable.read(HERE / name, "It is a file of goldspan: install it again.").value


@cache
def _known_labels() -> dict[str, dict[str, Any]]:
    """What is known of labels of many schemes, by name in small letters."""
    return {name: row for row in _table("known_labels.toml")["label"] for name in row["names"]}


@dataclass(frozen=True, slots=True)
class _Sentences:
    """Sentences for examples in one language.

    Args:
        names: begins with two names, which stand for `{}`.
        nothing: one without a name; empty if there is none in this language.
        first, second: the names.
        space: what is between two words.
    """

    names: str
    nothing: str
    first: str = FIRST
    second: str = SECOND
    space: str = " "

    @classmethod
    def of(cls, language: str) -> _Sentences:
        """Those in a language, or without words of any."""
        row = _table("example_sentences.toml").get(language, ANY_LANGUAGE)
        return cls(**row, space="" if language in UNSPACED else " ")


def _blocks(label: Label, sentences: _Sentences) -> dict[str, str]:
    """The examples of a page, by what they show."""
    known = _known_labels().get(label.name.casefold(), {})
    first, second = known.get("first", sentences.first), known.get("second", sentences.second)

    def marked(words: str) -> str:
        return f"[{words}]{{{label.name}}}"

    comma = sentences.names.removeprefix("{}")[0]
    right = sentences.names.format(marked(first), marked(second))
    longer = f"{sentences.first}{sentences.space}{sentences.second}"
    inner = f"{marked(sentences.first)}{sentences.space}{sentences.second}"
    return {
        "right": _block(PASSES, right),
        "tight": _block(PASSES, right),
        "comma": _block(f"{FAILS} edge-punctuation", right.replace(marked(first) + comma, marked(first + comma))),
        "flat": _block(PASSES, sentences.names.format(marked(longer), marked(second))),
        "overlap": _block(f"{FAILS} span-overlap", sentences.names.format(marked(inner), marked(second))),
        "nothing": _block(PASSES, sentences.nothing) if sentences.nothing else "",
    }


def _block(opening: str, text: str) -> str:
    return f"```{opening}\n{text}\n```"
