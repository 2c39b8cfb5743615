"""The model card of a trained model: the header that the Hub reads, and what people should know before they use it.

All figures are computed; what the project does not state is called not stated. The sections are those of Mitchell et
al. 2019, "Model Cards for Model Reporting", as far as goldspan can know of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.models.combined_suggestions import MODEL, SUGGESTIONS
from goldspan.models.strict_scores import ALL
from goldspan.models.training_data import TEST, TRAIN, VALIDATION
from goldspan.report.text import Table, amount, enumerate_names, escape_markdown, percent, with_interval
from goldspan.tokens import ANY_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from huggingface_hub import EvalResult

    from goldspan.annotation import LabelScheme
    from goldspan.models.strict_scores import StrictScores
    from goldspan.models.training_run import TrainingRun

NOT_STATED = "not stated"
LICENCES = "licences"  # the section of the card that names them
PROGRAMS = {
    "spacy": """import spacy

nlp = spacy.load("path/to/this/folder")
for span in nlp("A text.").ents:
    print(span.text, span.label_)
""",
    "transformers": """from transformers import pipeline

find = pipeline("token-classification", "path/to/this/folder", aggregation_strategy="first")
print(find("A text."))
""",
}
CHOICES = {
    "spacy": "its schedule is fixed, and validation says whether it stands before or behind other suggestions",
    "transformers": "of its epochs the one that was best on validation was taken",
}
METRICS = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSources:
    """What the card says of the gold, as the project states it.

    Args:
        project: its name.
        licence: the licence of the model as the Hub has it: that of the annotation; None for not stated.
        release_licence: of the annotation, as the project states it; None for not stated.
        contact: whom to write to; None for not stated.
        paragraphs: where the gold comes from: who annotated, by which guidelines.
        text_licences: the licences of the articles, a row for each.
    """

    project: str
    licence: str | None
    release_licence: str | None
    contact: str | None
    paragraphs: Sequence[str]
    text_licences: Table


def render(run: TrainingRun, scheme: LabelScheme, sources: CardSources) -> str:
    """The README.md of a model's folder.

    Args:
        run: the training.
        scheme: the labels.
        sources: what the project states.
    """
    parts = [
        f"# {_full_name(run)}",
        *_introduction(run, sources),
        *_use(run),
        *_data(run, scheme, sources),
        *_training(run),
        *_scores(run),
        *_limits(run, scheme),
        *_licences(run, sources),
    ]
    return f"---\n{_header(run, scheme, sources)}\n---\n\n" + "\n\n".join(part for part in parts if part) + "\n"


def _header(run: TrainingRun, scheme: LabelScheme, sources: CardSources) -> str:
    from huggingface_hub import ModelCardData

    split = TEST if TEST in run.scores else VALIDATION
    results = list(_results(run, sources, split)) if split in run.scores else []
    is_open = scheme.language == ANY_LANGUAGE or scheme.stated_language is None
    data = ModelCardData(
        language=None if is_open else scheme.language,
        license=sources.licence,
        license_name=LICENCES if sources.licence == "other" else None,
        library_name=run.record.backend,
        pipeline_tag="token-classification",
        tags=[run.record.backend, "token-classification", "named-entity-recognition", "goldspan"],
        model_name=_full_name(run) if results else None,
        eval_results=results or None,
    )
    return str(data.to_yaml(line_break="\n"))


def _results(run: TrainingRun, sources: CardSources, split: str) -> Iterator[EvalResult]:
    """The scores of the model over all labels, for the Hub."""
    from huggingface_hub import EvalResult

    counts = run.scores[split][MODEL].estimates[ALL].counts
    for metric in METRICS:
        value = getattr(counts, metric)
        if value is not None:
            yield EvalResult(
                task_type="token-classification",
                task_name="Named-entity recognition",
                dataset_type=run.name,
                dataset_name=sources.project,
                dataset_split=split,
                metric_type=metric,
                metric_name=f"{'F1' if metric == 'f1' else metric} of spans, strict",
                metric_value=round(float(value), 4),
            )


def _full_name(run: TrainingRun) -> str:
    return f"{run.record.language}_{run.name}"


def _introduction(run: TrainingRun, sources: CardSources) -> list[str]:
    labels, project = enumerate_names(run.record.labels), escape_markdown(sources.project)
    made = f"Version {run.model_version}, trained by `goldspan train` on the gold of {project}."
    return [f"Finds {labels} in texts. {made}", f"Contact: {escape_markdown(sources.contact or NOT_STATED)}."]


def _use(run: TrainingRun) -> list[str]:
    program = PROGRAMS[run.record.backend]
    suggest = "In a goldspan project, `goldspan suggest --model path/to/this/folder` drafts spans with it, behind the"
    return ["## Use", f"```python\n{program}```", f"{suggest} recognisers of the project."]


def _data(run: TrainingRun, scheme: LabelScheme, sources: CardSources) -> list[str]:
    known = {label.name: label for label in scheme.labels}
    chosen = CHOICES[run.record.backend] if run.data.examples[VALIDATION] else "there was nothing to choose it by"
    how = "what `sha256sum` of its files, in the order of their names, and `sha256sum` of that print in `corpus/gold`"
    rows = tuple((name, known[name].definition, known[name].page) for name in run.record.labels)
    digests = tuple((split, digest) for split, digest in run.record.gold.items())
    return [
        "## Data",
        *(escape_markdown(paragraph) for paragraph in sources.paragraphs),
        f"The model learned from {TRAIN}; {chosen}. {TEST.capitalize()} was read for the scores below alone.",
        run.data.table().markdown(),
        *map(escape_markdown, run.remarks),
        f"The digest of the gold of each split is {how}:",
        Table("", "", ("split", "digest"), digests).markdown(),
        f"## Labels\n\nAs version {scheme.version} of the guidelines defines them.",
        Table("", "", ("label", "definition", "page of the guidelines"), rows).markdown(),
    ]


def _training(run: TrainingRun) -> list[str]:
    machine = run.machine
    where = ", ".join(filter(None, [
        machine.system, machine.processor, amount(machine.processors, "processor"), f"{machine.gigabytes} GB of memory"
    ]))  # fmt: skip
    libraries = [f"goldspan {run.record.version}", *(f"{name} {found}" for name, found in run.libraries.items())]
    rows = [
        ("recipe", run.record.recipe),
        ("schedule", run.settings),
        ("seed", str(run.record.seed)),
        ("seconds", f"{run.seconds:.1f}"),
        ("machine", where),
        ("versions", enumerate_names(libraries)),
    ]
    parts = ["## Training", Table("", "", ("what", "value"), tuple(rows)).markdown()]
    if run.sources:
        sources = tuple(
            (source["name"], source.get("license") or NOT_STATED, source.get("author") or NOT_STATED)
            for source in run.sources
        )
        parts += ["Training began with:", Table("", "", ("weights", "licence", "author"), sources).markdown()]
    return parts


def _scores(run: TrainingRun) -> list[str]:
    if not run.scores:
        return ["## Scores", "No gold was kept apart to measure the model with: how good it is, is not known."]
    parts = ["## Scores", "A span is right if gold has the same edges and the same label. All figures are per cent."]
    for split, voices in run.scores.items():
        parts.append(f"### {split.capitalize()}")
        rows = [
            (voice, label or "all", f"{one.counts.possible:,}", f"{one.counts.actual:,}", *_measures(scores, label))
            for voice, scores in voices.items()
            for label, one in scores.estimates.items()
        ]
        header = ("what", "label", "gold", "found", "precision", "recall", "F1")
        parts += [Table("", "", header, tuple(rows)).markdown(), next(iter(voices.values())).interval_sentence]
    if any(SUGGESTIONS in voices for voices in run.scores.values()):
        parts.append(
            f"*model* is this model alone. *suggestions* are what {enumerate_names(run.recognisers)} of the project "
            "found, which count only the gold of train; where the model and they overlap, what is named first stays. "
            "Rules and lists that were written with these very articles at hand are better here than elsewhere."
        )
    return parts


def _measures(scores: StrictScores, label: str) -> tuple[str, ...]:
    one = scores.estimates[label]
    return tuple(with_interval(getattr(one.counts, metric), getattr(one, metric)) for metric in METRICS)


def _limits(run: TrainingRun, scheme: LabelScheme) -> list[str]:
    articles = amount(len(run.record.articles[TRAIN]), "article")
    use = "It drafts spans for people to correct, and finds them where errors of the size above do no harm."
    limit = "Texts of other sources, times or subjects are likely to be harder than those that it was measured on."
    sentences = [
        f"{use} What it finds is no judgement about a person, and nothing should be decided by it alone.",
        f"It learned from {articles}. {limit}",
    ]
    if (split := TEST if TEST in run.scores else VALIDATION) in run.scores:
        found = {label: one for label, one in run.scores[split][MODEL].estimates.items() if label != ALL}
        unknown = [label for label, one in found.items() if not one.counts.possible]
        if unknown:
            which = enumerate_names(unknown)
            sentences.append(f"There is no span of {which} in {split}: how well it finds them is not known.")
        scored = {label: one.counts.f1 or 0.0 for label, one in found.items() if one.counts.possible}
        if len(scored) > 1:
            worst = min(scored, key=scored.__getitem__)
            sentences.append(f"Of the labels it finds {worst} worst (F1 {percent(scored[worst], 1)} on {split}).")
    if left_out := [name for name in scheme.names if name not in run.record.labels]:
        sentences.append(f"It never finds {enumerate_names(left_out)}, which the training left out.")
    return ["## Intended use and limits", *sentences]


def _licences(run: TrainingRun, sources: CardSources) -> list[str]:
    stated = sources.release_licence or NOT_STATED
    sentences = [f"Of the annotation, and so of this model as the project releases it: {stated}."]
    if run.sources:
        parts = enumerate_names(f"{one['name']}: {one.get('license') or NOT_STATED}" for one in run.sources)
        sentences.append(f"Of the weights that training began with: {parts}.")
    return [
        "## Licences",
        escape_markdown(" ".join(sentences)),
        "Of the articles, as the manifest states them:",
        sources.text_licences.markdown(),
    ]
