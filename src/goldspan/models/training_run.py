"""A training from the gold of a project to the folder of a model, with the scores of suggestions, model and both."""

from __future__ import annotations

import platform
import re
import time
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.formats.model_record import ModelRecord
from goldspan.models import combined_suggestions, saved_model
from goldspan.models.combined_suggestions import MODEL, SUGGESTIONS
from goldspan.models.trainers import chosen_weights, trainer_of
from goldspan.models.training_data import TEST, TRAIN, VALIDATION, TrainingData
from goldspan.models.worker_processes import usable_processors
from goldspan.report.text import enumerate_names
from goldspan.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goldspan.corpus import Corpus
    from goldspan.models.combined_suggestions import Voice
    from goldspan.models.recogniser_model import Trainer
    from goldspan.models.strict_scores import StrictScores
    from goldspan.models.trainers import Backend

LIBRARIES = {"spacy": ("spacy", "thinc", "numpy"), "transformers": ("transformers", "torch", "numpy")}
PROCESSORS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """What to train.

    Args:
        output: the folder of the model.
        weights: what to begin with; None for what the project has chosen.
        backend: the library that trains; None for what the project has chosen.
        seed: of the training.
        without: labels that the model is not to find.
    """

    output: Path
    weights: str | None = None
    backend: Backend | None = None
    seed: int = 0
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a model was trained.

    Args:
        system: operating system and architecture.
        processor: its name; empty if the system does not tell.
        processors: how many the training could use.
        gigabytes: of memory.
    """

    system: str
    processor: str
    processors: int
    gigabytes: int

    @classmethod
    def here(cls) -> Machine:
        """This machine."""
        import psutil

        memory = round(psutil.virtual_memory().total / 2**30)
        return cls(f"{platform.system()} {platform.machine()}", _processor(), usable_processors(), memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """What a training made.

    Args:
        record: of the model, without its files.
        name: of the model.
        model_version: its version.
        data: what it was trained on.
        sources: what training began with: name, url, author and license of each, as the `meta.json` of spaCy has them.
        settings: the schedule of the trainer, in its own notation.
        scores: by split that was not trained on, how good each voice is.
        recognisers: the names of those that suggest.
        machine: where it was trained.
        seconds: that the training took.
        libraries: the versions of the libraries.
        remarks: what else whoever reads the scores must know, in sentences.
    """

    record: ModelRecord
    name: str
    model_version: str
    data: TrainingData
    sources: tuple[Mapping[str, str], ...]
    settings: str
    scores: Mapping[str, Mapping[Voice, StrictScores]]
    recognisers: tuple[str, ...]
    machine: Machine
    seconds: float
    libraries: Mapping[str, str]
    remarks: tuple[str, ...]

    @property
    def best_voice(self) -> Voice | None:
        """Which voice has the highest F1 on validation, the simplest of several; None if nothing tells."""
        found = {voice: one.f1 for voice, one in self.scores.get(VALIDATION, {}).items() if one.f1 is not None}
        simplest = (SUGGESTIONS, MODEL)
        return max(sorted(found, key=lambda voice: voice not in simplest), key=found.__getitem__, default=None)

    @property
    def performance(self) -> dict[str, Any]:
        """The scores of the model on test, or on validation without one, as the `meta.json` of spaCy has them."""
        split = TEST if TEST in self.scores else VALIDATION
        if split not in self.scores:
            return {}
        estimates = self.scores[split][MODEL].estimates
        total, *labels = estimates.values()
        by_label = {
            label: {"p": one.counts.precision, "r": one.counts.recall, "f": one.counts.f1}
            for label, one in zip(list(estimates)[1:], labels, strict=True)
        }
        counts = total.counts
        return {"ents_p": counts.precision, "ents_r": counts.recall, "ents_f": counts.f1, "ents_per_type": by_label}

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "name": self.name,
            "model_version": self.model_version,
            **{key: value for key, value in asdict(self.record).items() if key != "files"},
            "without_gold": {split: [*names] for split, names in self.data.without_gold.items() if names},
            "sources": [dict(source) for source in self.sources],
            "settings": self.settings,
            "recognisers": [*self.recognisers],
            "scores": {
                split: {voice: one.json() for voice, one in scores.items()} for split, scores in self.scores.items()
            },
            "best_voice": self.best_voice,
            "seconds": round(self.seconds, 1),
            "machine": asdict(self.machine),
            "libraries": dict(self.libraries),
            "remarks": [*self.remarks],
        }


def train(
    corpus: Corpus,
    options: TrainingOptions,
    card_of: Callable[[TrainingRun], str],
    *,
    remarks: Sequence[str] = (),
    on_step: Callable[[str], None] = lambda _: None,
) -> TrainingRun:
    """Train a model on the gold of a project, measure it, and write it to a folder.

    What the model learns from and is chosen by are the splits train and validation; test is read for the scores alone.

    Args:
        corpus: the project.
        options: what to train.
        card_of: the model card of a run.
        remarks: what is to stand beside the scores, in sentences.
        on_step: called with what is being done.

    Raises:
        InputError: for gold that is not valid or not enough (see `TrainingData.of`), for gold that changes meanwhile,
            and for a folder that goldspan did not write.
        InvalidValueError: for labels that are not those of the scheme.
        NotFoundError: for weights or a library that are not there.
    """
    saved_model.require_replaceable(options.output)
    data = TrainingData.of(corpus, options.without)
    suggester = combined_suggestions.project_suggester(corpus, options.output)
    on_step("reading the weights")
    begun_with = chosen_weights(corpus, options.weights)
    measured = {*data.articles[VALIDATION], *data.articles[TEST]}
    trainer = trainer_of(corpus, options.weights, backend=options.backend, labels=data.labels, unseen=measured)
    on_step(f"training: {trainer.recipe}")
    begun = time.perf_counter()
    model = trainer.train(data.examples[TRAIN], data.examples[VALIDATION], seed=options.seed)
    seconds = time.perf_counter() - begun
    on_step("measuring the model")
    backend = options.backend or corpus.settings.model.backend
    record = ModelRecord(
        version=__version__,
        backend=backend,
        recipe=trainer.recipe,
        weights=None if begun_with is None else Path(begun_with).name,
        seed=options.seed,
        labels=[*data.labels],
        language=corpus.scheme.language,
        guidelines=corpus.scheme.version,
        articles=data.articles,
        gold=dict(data.digests),
        files={},
    )
    # the suggestions are to know what the model has learned from, and no more
    unknown = {entry.id for entry in corpus.entries} - {*data.articles[TRAIN]}
    scores = {
        split: combined_suggestions.compare(
            combined_suggestions.suggest(suggester, examples, unknown), model.predict(examples), examples, data.labels
        )
        for split in (VALIDATION, TEST)
        if (examples := data.examples[split])
    }
    run = TrainingRun(
        record=record,
        name=_name(corpus),
        model_version=corpus.settings.model.version,
        data=data,
        sources=_sources(trainer),
        settings=repr(getattr(trainer, "schedule", "")),
        scores=scores,
        recognisers=tuple(suggester.without_articles(unknown).names),
        machine=Machine.here(),
        seconds=seconds,
        libraries={name: found for name in LIBRARIES[backend] if (found := _installed(name))},
        remarks=(*data.remarks(), *remarks),
    )
    on_step("writing the model")
    saved_model.write(
        options.output,
        model,
        record,
        card_of(run),
        meta=_meta(corpus, run),
        before_replacing=lambda: data.require_unchanged(corpus),
    )
    return run


def _sources(trainer: Trainer) -> tuple[dict[str, str], ...]:
    """What training began with, as far as it says what it is; see `TrainingRun.sources`."""
    from goldspan.models.spacy_training import SpacyTrainer
    from goldspan.models.transformers_training import TransformersTrainer

    keys = dict.fromkeys(("url", "author", "license"), "")
    if isinstance(trainer, TransformersTrainer):
        return ({"name": Path(trainer.encoder).name, **keys},)
    if isinstance(trainer, SpacyTrainer) and trainer.weights is not None:
        meta = trainer.weights.nlp.meta
        name = "_".join(filter(None, (meta.get("lang"), meta.get("name"))))
        stated = {key: str(meta.get(key) or "") for key in keys}
        return ({"name": f"{name} {meta.get('version', '')}".strip(), **stated},)
    return ()


def _meta(corpus: Corpus, run: TrainingRun) -> dict[str, Any]:
    """The keys of a spaCy pipeline's `meta.json` that are not spaCy's own."""
    release = corpus.settings.release
    return {
        "name": run.name,
        "version": run.model_version,
        "description": f"Finds {enumerate_names(run.record.labels)}; trained by goldspan on {corpus.root.name}.",
        "author": "",
        "email": "",
        "url": "",
        **saved_model.author_keys(release.contact),
        "license": release.licence or "",
        "sources": [dict(source) for source in run.sources],
        "performance": run.performance,
    }


def _name(corpus: Corpus) -> str:
    """The name of the model: the one stated, or that of the project's folder as a name of a pipeline."""
    words = re.findall(r"[a-z0-9]+", corpus.root.resolve().name.lower())
    made = "_".join(words).lstrip("0123456789_")
    return corpus.settings.model.name or made or "news"


def _processor() -> str:
    """The name of the processor; empty if the system does not tell."""
    if PROCESSORS.is_file():
        for line in PROCESSORS.read_text("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor()


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
