"""The card of a released dataset: the corpus's own data card under the header that the Hub and `datasets` read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from goldspan import checks, files
from goldspan.errors import InputError
from goldspan.export.arrow import quantity_columns
from goldspan.export.provenance import NOT_STATED, Provenance, guidelines_sentence, label_table
from goldspan.quantities import labels_with_values
from goldspan.report.text import Table, amount, enumerate_names, escape_markdown
from goldspan.tokens import ANY_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from datasets import Features

    from goldspan.annotation import LabelScheme
    from goldspan.corpus import Corpus
    from goldspan.export.parquet import WrittenTable
    from goldspan.tokens import Misaligned, Policy

LICENCES = "sources-and-licences"  # the section of the card that names them
SIZES = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")  # 1,000 and its multiples by ten
POLICIES = {
    "strict": "they stay in `spans` and get no tag in `ner_tags`",
    "expand": "every token that they touch is tagged in `ner_tags`; `spans` holds them as they are",
}
Configs: TypeAlias = "Mapping[str, tuple[Features, Mapping[str, WrittenTable]]]"


def render_card(
    corpus: Corpus, articles: Iterable[str], configs: Configs, losses: Sequence[Misaligned], policy: Policy
) -> str:
    """The README.md of a dataset folder.

    All that it says beyond `corpus/README.md` is computed from the project; nothing is assumed of it.

    Args:
        corpus: its `corpus/README.md` becomes the body, if there is one.
        articles: the ids of those in the dataset.
        configs: per config its features and what was written for each split; the first is the default.
        losses: the spans that tokens could not express.
        policy: what `ner_tags` hold for them.
    """
    source = Provenance.of(corpus, articles)
    body = CardBody.of(corpus)
    header = dataset_header(
        configs,
        title=body.title,
        language=stated_language(corpus.scheme),
        licence=source.hub_licence,
        licence_name=LICENCES if source.hub_licence == "other" else None,
        annotations_creators=source.annotations_creators,
    )
    parts = [*provenance_sections(corpus, source), token_section(corpus.scheme, losses, policy)]
    return body.card(header, parts)


@dataclass(frozen=True, slots=True)
class CardBody:
    """What a project itself says in the card of its dataset: `corpus/README.md`.

    Args:
        path: the file, which need not be there.
        header: the keys of its YAML header.
        text: what stands below, in Markdown.
        title: its first heading of the first level, or the name of the project's folder.
    """

    path: Path
    header: dict[str, Any]
    text: str
    title: str

    @classmethod
    def of(cls, corpus: Corpus) -> CardBody:
        """The body of the card of a project.

        Raises:
            InputError: for a header that is not YAML, or does not end.
        """
        path, name = corpus.folder / "README.md", corpus.root.name
        header, text = read_body(path) if files.is_there(path) else ({}, f"# {name}\n")
        title = next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), name)
        return cls(path, header, text, title)

    def card(self, header: str, parts: Sequence[str]) -> str:
        """The whole card.

        Args:
            header: YAML that the dataset gives; keys of the project's own stand before it.
            parts: sections in Markdown, which follow the body.

        Raises:
            InputError: for a key that both have.
        """
        if stated := sorted(self.header.keys() & yaml.safe_load(header).keys()):
            raise InputError(
                f"its header states {stated[0]!r}, which the card of the dataset takes from the project",
                file=self.path,
                remedy="Remove the key; the manifest, labels.toml and annotators.toml state what the card says of it.",
            )
        own = yaml.safe_dump(self.header, allow_unicode=True, sort_keys=False) if self.header else ""
        return f"---\n{own}{header}\n---\n\n" + "\n\n".join([self.text.rstrip(), *parts])


def size_category(rows: int) -> str:
    """The words of the Hub for a number of examples: `n<1K`, `1K<n<10K` and so on."""
    below = next((place for place in range(len(SIZES)) if rows < 10 ** (place + 3)), None)
    if below is None:
        return f"n>{SIZES[-1]}"
    return f"{SIZES[below - 1]}<n<{SIZES[below]}" if below else f"n<{SIZES[0]}"


def dataset_header(
    configs: Configs,
    *,
    title: str,
    language: str | None,
    licence: str | list[str] | None,
    licence_name: str | None,
    annotations_creators: Sequence[str] = (),
) -> str:
    """The YAML at the head of a card, by which the Hub and `datasets` know the tables of a folder.

    Args:
        configs: per config its features and what was written for each split; the first is the default.
        title: of the dataset.
        language: of the texts, as a code; None if it is not stated.
        licence: identifiers of the Hub.
        licence_name: where the licence is stated that the Hub has no identifier for.
        annotations_creators: words of the Hub for who annotated.
    """
    from datasets import DatasetInfo, SplitInfo
    from datasets.info import DatasetInfosDict
    from datasets.splits import SplitDict
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCardData

    rows = sum(written.rows for written in next(iter(configs.values()))[1].values())
    data = DatasetCardData(
        language=[language] if language else None,
        license=licence,
        license_name=licence_name,
        annotations_creators=[*annotations_creators] or None,
        task_categories=["token-classification"],
        task_ids=["named-entity-recognition"],
        size_categories=[size_category(rows)],
        pretty_name=title,
    )
    infos: dict[str, DatasetInfo] = {}
    files: dict[str, dict[str, Any]] = {}
    for name, (columns, splits) in configs.items():
        info = SplitDict(
            {
                split: SplitInfo(split, num_bytes=written.memory, num_examples=written.rows)
                for split, written in splits.items()
            }
        )
        infos[name] = DatasetInfo(features=columns, splits=info, config_name=name)
        files[name] = {"data_files": [{"split": split, "path": f"{name}/{split}.parquet"} for split in splits]}
    files[next(iter(configs))]["default"] = True
    DatasetInfosDict(infos).to_dataset_card_data(data)
    MetadataConfigs(files).to_dataset_card_data(data)
    return str(data.to_yaml(line_break="\n"))


def token_section(scheme: LabelScheme, losses: Sequence[Misaligned], policy: Policy) -> str:
    """The section on the tokens of a dataset, and on the spans that they cut.

    Args:
        scheme: the labels, and the language, which chooses the tokenizer.
        losses: the spans that tokens could not express.
        policy: what `ner_tags` hold for them.
    """
    head = (
        f"## Tokens\n\n`tokens` are those of spaCy's rule-based tokenizer for `{scheme.language}`; `token_offsets` are "
        "code points of `text`."
    )
    columns = enumerate_names(f"`{name}`" for name in quantity_columns(scheme))
    if columns and not labels_with_values(scheme):
        head += f" The values in {columns} are null: they are read in English texts alone."
    if not losses:
        return f"{head} Every span begins and ends with a token: nothing is lost in `ner_tags`.\n"
    rows = tuple(
        (loss.example, f"{loss.span.start}–{loss.span.end}", loss.span.label, loss.surface, loss.widened)
        for loss in losses
    )
    table = Table("", "", ("example", "offsets", "label", "span", "its tokens"), rows).markdown()
    cut = amount(len(losses), "span")
    what = f"A token cuts {cut} at the beginning or end (policy `{policy}`): {POLICIES[policy]}."
    return f"{head} {what}\n\n{table}\n"


def read_body(path: Path) -> tuple[dict[str, Any], str]:
    """The keys of the YAML header that a card may begin with, and the text below.

    Raises:
        InputError: for a header that is not YAML, or does not end.
    """
    text = files.decode(files.read_bytes(path), path).replace("\r\n", "\n")
    if not text.startswith("---\n"):
        return {}, text
    header, separator, body = text[4:].partition("\n---\n")
    try:
        own = yaml.safe_load(header) or {}
    except yaml.YAMLError:
        own = None
    if not separator or not isinstance(own, dict) or not all(isinstance(key, str) for key in own):
        remedy = "A header is YAML between two lines of `---`; else begin the file with its title."
        raise InputError("its header is not YAML", file=path, line=1, remedy=remedy)
    return own, body.lstrip("\n")


def stated_language(scheme: LabelScheme) -> str | None:
    """The code of the language of the texts, if the scheme names one."""
    return None if scheme.language == ANY_LANGUAGE else scheme.stated_language


def provenance_sections(corpus: Corpus, source: Provenance) -> list[str]:
    """The blocks on labels, guidelines, language, annotators, licences and checks, generated from the project."""
    language = stated_language(corpus.scheme)
    of_language = f"`{language}`" if language else NOT_STATED
    annotators, licences, release = source.annotator_table(), source.licence_table(), source.release_table()
    return [
        f"## Labels\n\n{guidelines_sentence(corpus, source.entries)} Language of the texts: {of_language}.",
        label_table(corpus).markdown(),
        f"## {annotators.title}\n\n{escape_markdown(annotators.note)}",
        *([annotators.markdown()] if annotators.rows else []),
        f"## {licences.title}\n\n{licences.note}",
        licences.markdown(),
        f"## {release.title}\n\n{release.note}",
        release.markdown(),
        *_checks(corpus),
    ]


def _checks(corpus: Corpus) -> list[str]:
    """The section on the checks that the project has made others than they are; none if there are none."""
    levels = checks.changed_levels(checks.read_severities(corpus.settings))
    sentences = []
    for level, what in (("off", "Off"), ("warning", "Warnings"), ("error", "Errors")):
        if names := [name for name, chosen in levels.items() if chosen == level]:
            sentences.append(f"{what} here: {enumerate_names(names)}.")
    if not sentences:
        return []
    head = "The gold has no finding that is an error in `goldspan check`. This project has chosen which those are"
    return [f"## Checks\n\n{head}. {' '.join(sentences)}"]
