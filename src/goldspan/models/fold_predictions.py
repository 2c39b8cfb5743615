"""`build/folds/`: what models predicted for articles that they had not seen, and from what it was made.

A file for each article, in the format of gold, with further keys for what is predicted:

    {"id": "a.p03", "at": 1043, "text": "The 72nd Brigade withdrew.", "spans": [[4, 16, "UNIT", "72nd Brigade"]],
     "probabilities": [0.93], "candidates": [[8, 16, "UNIT", 0.04]], "tokens": [[0, 3], [4, 8], …],
     "token_labels": ["", "UNIT"], "token_probabilities": [[0.99, 0.01], …]}

`probabilities` are those of the spans, in their order; `candidates` further spans, which may overlap; `token_labels`
the columns of `token_probabilities`, of which the first, without a name, is that of tokens in no span. With several
seeds `seed_spans` has for each of them its spans with their probabilities.

`.goldspan-folds` beside them says with what they were made. They are fresh as long as gold, the scheme, the folds and
the trainer are the same and nobody changed a file; otherwise they are made again. `build/test_split/` has what models
that were trained on the train split predict for the test split, in the same way.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from goldspan import files
from goldspan.annotation import Example, Span, first_overlap
from goldspan.corpus.gold_source import NO_GOLD
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.models import worker_processes
from goldspan.models.cross_validation import HeldOutTraining, OutOfFoldPredictions, TrainedFold
from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan
from goldspan.report.text import enumerate_names
from goldspan.splits.folds import folds as folds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.models.fixed_split import FixedSplit
    from goldspan.models.recogniser_model import Trainer

FOLDS = 5
FOLDER, SPLIT_FOLDER, RECORD = "folds", "test_split", ".goldspan-folds"
PROBABILITIES, CANDIDATES = "probabilities", "candidates"
TOKENS, TOKEN_LABELS, TOKEN_PROBABILITIES = "tokens", "token_labels", "token_probabilities"
SEED_SPANS = "seed_spans"
MOST_NAMED = 3  # files in a message
NOT_OURS = "Move it to another place: predictions are written here."
DIGITS = 6  # of a probability in a file
DAMAGED = "Remove the folder: it is made again."


@dataclass(frozen=True, slots=True)
class FoldRecord:
    """What the predictions in a folder were made with.

    Args:
        recipe: of the trainer.
        seeds: of the models.
        folds: by article its fold.
        digest: of gold, the scheme, the folds and all settings of the trainer.
        files: by name the SHA-256 of each file.
    """

    recipe: str
    seeds: list[int]
    folds: dict[str, int]
    digest: str
    files: dict[str, str]


def folder(corpus: Corpus) -> Path:
    """Where the predictions of a project are."""
    return corpus.build / FOLDER


def annotated_examples(corpus: Corpus, *, flat: bool = True) -> list[Example]:
    """The examples of gold that somebody annotated, in whole or in part; the others take no part in training.

    Args:
        corpus: the project.
        flat: whether spans that overlap are refused, which an entity recogniser cannot learn.

    Raises:
        InputError: for a line that is not valid, an id that two have, a label that the scheme lacks, spans that
            overlap, or no gold.
    """
    found = [example for example in corpus.gold_examples() if _is_annotated_somewhere(example)]
    if not found:
        raise InputError(
            "there is no gold to learn from",
            file=corpus.gold,
            remedy=NO_GOLD,
        )
    ids: set[str] = set()
    for example in found:
        _require_learnable(example, corpus, flat=flat)
        if example.id in ids:
            raise InputError(
                "two examples of gold have this id",
                file=_gold_file(corpus, example),
                example=example.id,
                remedy="Remove one of the two, or correct its id.",
            )
        ids.add(example.id)
    return found


def article_folds(corpus: Corpus, examples: Sequence[Example], folds: int = FOLDS) -> dict[str, int]:
    """By article its fold, near-duplicates together; each group by itself if there are no more groups than folds.

    Args:
        corpus: the project.
        examples: that take part.
        folds: how many there are to be.

    Raises:
        InputError: if there are not two groups of articles.
        InvalidValueError: for fewer than two folds.
    """
    found = folds_of(corpus, folds, examples=examples)
    if len({*found.values()}) > 1:
        return found
    what = (
        f"there is one article with gold, {next(iter(found))}"
        if len(found) == 1
        else f"the {len(found)} articles with gold share their text, so that they belong together"
    )
    raise InputError(
        f"{what}: a model cannot be tested on an article that it has not seen",
        file=corpus.gold,
        remedy="Annotate further articles. Parts of one article would not do: they repeat its names, and a score on "
        "them says nothing about the next article.",
    )


def read_or_make(
    corpus: Corpus,
    trainer: Trainer,
    *,
    seed: int = 0,
    seeds: int = 1,
    folds: int = FOLDS,
    processes: int | None = None,
    on_fold: Callable[[TrainedFold], object] = lambda _: None,
    on_wait: Callable[[], object] = lambda: None,
) -> OutOfFoldPredictions:
    """The predictions for all annotated examples of gold: those in `build/folds/` if they are fresh, else new ones.

    Those of more seeds are fresh, too, if they are there: they are the better ones.

    Args:
        corpus: the project.
        trainer: that makes the models; its `repr` states all that they depend on.
        seed: the first of the models' seeds.
        seeds: how many there are, counted on from the first.
        folds: how many there are to be.
        processes: how many folds are trained at once; as many as there are processors if None.
        on_fold: called whenever a fold has been predicted; not called for what is read.
        on_wait: called once if another process makes predictions, which is waited for.

    Raises:
        InputError: for gold that is not valid or cannot be cross-validated, which the message explains, and if the
            folder holds what goldspan did not write.
        InvalidValueError: for fewer than two folds or no seed.
    """
    examples = annotated_examples(corpus)
    assigned = article_folds(corpus, examples, folds)
    wanted = _Wanted(corpus, examples, trainer, range(seed, seed + seeds), more_seeds=True)
    made, _ = wanted.read_or_make(assigned, None, processes, on_fold, on_wait)
    return made


def read_or_make_with_split(
    corpus: Corpus,
    examples: Sequence[Example],
    trainer: Trainer,
    split: FixedSplit | None,
    *,
    seeds: Sequence[int],
    folds: int = FOLDS,
    processes: int | None = None,
    on_fold: Callable[[TrainedFold], object] = lambda _: None,
    on_wait: Callable[[], object] = lambda: None,
) -> tuple[OutOfFoldPredictions, OutOfFoldPredictions | None]:
    """The predictions of `read_or_make`, and those for the test split, which are in `build/test_split/`.

    Args:
        corpus: the project.
        examples: its annotated ones.
        trainer: as for `read_or_make`.
        split: the fixed split; None if there is none.
        seeds: of the models, no more and no fewer.
        folds: how many there are to be.
        processes: as for `read_or_make`.
        on_fold: as for `read_or_make`.
        on_wait: as for `read_or_make`.

    Raises:
        InputError: as `read_or_make`.
        InvalidValueError: as `read_or_make`.
    """
    assigned = article_folds(corpus, examples, folds)
    return _Wanted(corpus, examples, trainer, seeds).read_or_make(assigned, split, processes, on_fold, on_wait)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Predictions that are wanted, and whether those of more seeds will do."""

    corpus: Corpus
    examples: Sequence[Example]
    trainer: Trainer
    seeds: Sequence[int]
    more_seeds: bool = False

    def read_or_make(
        self,
        folds: Mapping[str, int],
        split: FixedSplit | None,
        processes: int | None,
        on_fold: Callable[[TrainedFold], object],
        on_wait: Callable[[], object],
    ) -> tuple[OutOfFoldPredictions, OutOfFoldPredictions | None]:
        """What is fresh is read; the rest is made, all of it at once, and written."""
        target, split_target = folder(self.corpus), self.corpus.build / SPLIT_FOLDER
        parts = {} if split is None else split.articles
        digest = self._digest(folds)
        split_digest = self._digest({article: n for n, name in enumerate(parts) for article in parts[name]})
        self.corpus.build.mkdir(parents=True, exist_ok=True)
        with files.lock(self.corpus.build / f".{FOLDER}.lock", on_wait):
            found = self._read(target, digest)
            tested = None if split is None else self._read(split_target, split_digest)
            if found is None or (split is not None and tested is None):
                training = HeldOutTraining(
                    self.examples, folds if found is None else {}, split if tested is None else None, self.trainer
                )
                _require_ours(target)
                if split is not None:
                    _require_ours(split_target)
                made = training.predict(self.seeds, processes or worker_processes.usable_processors(), on_fold)
                if found is None:
                    _write(target, training.out_of_fold(made), self.examples, digest)
                    found = self._read(target, digest)
                if split is not None and tested is None:
                    _write(split_target, training.of_test_split(made), split.test, split_digest)
                    tested = self._read(split_target, split_digest)
        assert found is not None  # it was written under the lock
        return found, tested

    def _digest(self, folds: Mapping[str, int]) -> str:
        return prediction_digest(self.corpus, self.examples, folds, self.trainer)

    def _read(self, target: Path, digest: str) -> OutOfFoldPredictions | None:
        files.restore_folder(target)
        found = _read(target, digest)
        if found is None:
            return None
        is_enough = {*found.seeds} >= {*self.seeds} if self.more_seeds else found.seeds == tuple(self.seeds)
        return found if is_enough else None


def _is_annotated_somewhere(example: Example) -> bool:
    """Whether somebody annotated some of its words; a text without words counts as annotated."""
    text = [*example.text]
    for start, end in example.unannotated_parts:
        text[start:end] = " " * (end - start)
    return not example.unannotated_parts or not "".join(text).isspace()


def _gold_file(corpus: Corpus, example: Example) -> Path:
    return corpus.gold / f"{example.article}.jsonl"


def _require_learnable(example: Example, corpus: Corpus, *, flat: bool) -> None:
    """Refuse a label that the scheme lacks and, if spans are to be flat, those that overlap."""
    file = _gold_file(corpus, example)
    for span in example.spans:
        if span.label not in corpus.scheme:
            raise InputError(
                f"gold has the label {span.label!r}, which the scheme lacks",
                file=file,
                example=example.id,
                remedy=f"The labels of {corpus.scheme_file.name} are {', '.join(corpus.scheme.names)}.",
            )
    if flat and (overlap := first_overlap(example.spans)):
        first, second = (example.surface(span) for span in overlap)
        raise InputError(
            f"the spans {first!r} and {second!r} overlap",
            file=file,
            example=example.id,
            remedy="A recogniser gives each token to one span: keep one of the two.",
        )


def prediction_digest(corpus: Corpus, examples: Sequence[Example], folds: Mapping[str, int], trainer: Trainer) -> str:
    """The digest of all that the predictions depend on."""
    scheme = corpus.scheme
    made_from = [
        sorted(gold.line(example) for example in examples),
        [*scheme.names, scheme.language],
        sorted(folds.items()),
        [trainer.recipe, repr(trainer)],
        [version("goldspan"), version("spacy")],
    ]
    return hashlib.sha256(files.dumps(made_from).encode("utf-8")).hexdigest()


def _write(target: Path, made: OutOfFoldPredictions, examples: Sequence[Example], digest: str) -> None:
    by_article: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_article[example.article].append(example)
    with files.new_folder(target) as new:
        digests = {}
        for article, parts in by_article.items():
            data = "".join(gold.line(_with_prediction(example, made)) for example in parts).encode("utf-8")
            (new / f"{article}.jsonl").write_bytes(data)
            digests[f"{article}.jsonl"] = hashlib.sha256(data).hexdigest()
        record = FoldRecord(made.recipe, [*made.seeds], dict(made.folds), digest, digests)
        (new / RECORD).write_text(
            json.dumps(asdict(record), ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
        )
        files.replace_folder(new, target)


def _require_ours(target: Path) -> None:
    """Refuse to replace what goldspan did not write."""
    if not files.is_there(target):
        return
    if not target.is_dir():
        raise InputError("is no folder", file=target, remedy=NOT_OURS)
    if others := sorted(path.name for path in target.iterdir() if not _is_ours(path)):
        names = enumerate_names(others, most=MOST_NAMED)
        raise InputError(f"holds {names}, which goldspan did not write", file=target, remedy=NOT_OURS)


def _is_ours(path: Path) -> bool:
    return path.is_file() and (path.name == RECORD or path.suffix == ".jsonl")


def _with_prediction(example: Example, made: OutOfFoldPredictions) -> Example:
    prediction = made.predictions[example.id]
    extra = {
        PROBABILITIES: [round(span.probability, DIGITS) for span in prediction.spans],
        CANDIDATES: _rows(prediction.candidates),
        TOKENS: [[*extent] for extent in prediction.tokens],
        TOKEN_LABELS: [*prediction.labels],
        TOKEN_PROBABILITIES: np.round(prediction.probabilities, DIGITS).tolist(),
    }
    if len(made.seeds) > 1:
        extra[SEED_SPANS] = {str(seed): _rows(made.by_seed[seed][example.id]) for seed in made.seeds}
    spans = tuple(Span(span.start, span.end, span.label) for span in prediction.spans)
    return Example(example.id, example.text, spans, example.at, extra)


def _rows(spans: Sequence[PredictedSpan]) -> list[list[object]]:
    return [[span.start, span.end, span.label, round(span.probability, DIGITS)] for span in spans]


def _read(target: Path, digest: str) -> OutOfFoldPredictions | None:
    """The predictions in a folder; None if they are not there, or were made from something else or changed."""
    try:
        record = _record(target)
        if record is None or record.digest != digest:
            return None
        contents = {name: files.read_bytes(target / name) for name in record.files}
    except InputError:
        return None
    if any(hashlib.sha256(data).hexdigest() != record.files[name] for name, data in contents.items()):
        return None
    seeds = tuple(record.seeds)
    predictions: dict[str, ExamplePrediction] = {}
    by_seed: dict[int, dict[str, tuple[PredictedSpan, ...]]] = {seed: {} for seed in seeds}
    for name, data in contents.items():
        for number, raw in files.lines(data):
            line = gold.parse(raw, target / name, number)
            predictions[line.id] = _prediction(line.example())
            for seed in seeds:
                rows = line.extra.get(SEED_SPANS, {}).get(str(seed))
                by_seed[seed][line.id] = predictions[line.id].spans if rows is None else _spans(rows)
    return OutOfFoldPredictions(record.recipe, seeds, record.folds, predictions, by_seed)


def _record(target: Path) -> FoldRecord | None:
    from goldspan import validation  # here, since it imports pydantic

    path = target / RECORD
    if not path.is_file():
        return None
    return validation.parse_json(files.read_bytes(path), FoldRecord, path, 1, DAMAGED)


def _prediction(line: Example) -> ExamplePrediction:
    extra = line.extra
    spans = tuple(
        PredictedSpan(span.start, span.end, span.label, probability)
        for span, probability in zip(line.spans, extra[PROBABILITIES], strict=True)
    )
    labels = tuple(extra[TOKEN_LABELS])
    table = np.array(extra[TOKEN_PROBABILITIES], dtype=np.float64).reshape(-1, len(labels))
    tokens = tuple((start, end) for start, end in extra[TOKENS])
    return ExamplePrediction(line.id, spans, _spans(extra[CANDIDATES]), tokens, labels, table)


def _spans(rows: Sequence[Sequence[object]]) -> tuple[PredictedSpan, ...]:
    return tuple(PredictedSpan(*row) for row in rows)  # type: ignore[arg-type]
