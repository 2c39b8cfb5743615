"""The card of a released dataset: the corpus's own data card under the header that the Hub and `datasets` read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan.report.text import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datasets import Features

    from goldspan.corpus import Corpus
    from goldspan.export.parquet import WrittenTable
    from goldspan.tokens import Misaligned, Policy

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
POLICIES = {
    "strict": "they stay in `spans` and get no tag in `ner_tags`",
    "expand": "every token that they touch is tagged in `ner_tags`; `spans` holds them as they are",
}


def render_card(
    corpus: Corpus,
    configs: Mapping[str, tuple[Features, Mapping[str, WrittenTable]]],
    losses: Sequence[Misaligned],
    policy: Policy,
) -> str:
    """The README.md of a dataset folder.

    Args:
        corpus: its `corpus/README.md` becomes the body, if there is one.
        configs: per config its features and what was written for each split; the first is the default.
        losses: the spans that tokens could not express.
        policy: what `ner_tags` hold for them.
    """
    body = corpus.folder / "README.md"
    text = body.read_text(encoding="utf-8") if body.is_file() else "# A corpus of named entities\n"
    title = next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), "goldspan corpus")
    return f"---\n{_header(corpus, configs, title)}\n---\n\n{text.rstrip()}\n\n{_tokens(losses, policy)}"


def _header(corpus: Corpus, configs: Mapping[str, tuple[Features, Mapping[str, WrittenTable]]], title: str) -> str:
    from datasets import DatasetInfo, SplitInfo
    from datasets.info import DatasetInfosDict
    from datasets.splits import SplitDict
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCardData

    rows = sum(written.rows for written in next(iter(configs.values()))[1].values())
    data = DatasetCardData(
        language=[corpus.scheme.language],
        license="other",
        license_name="rights-of-the-publishers",
        annotations_creators=["machine-generated"],
        task_categories=["token-classification"],
        task_ids=["named-entity-recognition"],
        size_categories=[next((name for limit, name in SIZES if rows < limit), "n>1M")],
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


def _tokens(losses: Sequence[Misaligned], policy: Policy) -> str:
    head = "## Tokens\n\n`tokens` are those of spaCy's rule-based tokenizer; `token_offsets` are code points of `text`."
    if not losses:
        return f"{head} Every span begins and ends with a token: nothing is lost in `ner_tags`.\n"
    rows = tuple(
        (loss.example, f"{loss.span.start}–{loss.span.end}", loss.span.label, loss.surface, loss.widened)
        for loss in losses
    )
    table = Table("", "", ("example", "offsets", "label", "span", "its tokens"), rows).markdown()
    what = f"{len(losses)} span(s) begin or end inside a token (policy `{policy}`): {POLICIES[policy]}."
    return f"{head} {what}\n\n{table}\n"
