"""Span-labelled NER corpora that people can trust: read, compare and measure annotation.

    load(path)                   the examples of a file or folder in any format
    evaluate(gold, predicted)    precision, recall and F1 of a prediction
    agree(passes)                how far annotators agree
    Corpus.find(folder)          a project folder: its articles, gold, passes and labels
    compute_metrics(names)       evaluation in a `Trainer` of transformers
    SpanMetric()                 evaluation with the interface of the library `evaluate`

docs/python.md describes every public name by example. The command line is `goldspan --help`.
"""

from typing import TYPE_CHECKING, Any

from goldspan import errors
from goldspan.annotation import Article, Example, Finding, Label, LabelScheme, Span
from goldspan.errors import (
    GoldspanError,
    InputError,
    InvalidValueError,
    NotFoundError,
    PairingWarning,
    ServerError,
)
from goldspan.version import __version__

if TYPE_CHECKING:
    from goldspan.agreement.agreement import Agreement
    from goldspan.agreement.from_python import agree
    from goldspan.corpus import Corpus
    from goldspan.evaluation.from_python import evaluate
    from goldspan.evaluation.hooks import compute_metrics
    from goldspan.evaluation.result import Evaluation, SchemeCounts
    from goldspan.evaluation.span_metric import SpanMetric
    from goldspan.formats.options import ReadOptions
    from goldspan.formats.python_values import load
    from goldspan.formats.record import Note

__all__ = [
    "Agreement",
    "Article",
    "Corpus",
    "Evaluation",
    "Example",
    "Finding",
    "GoldspanError",
    "InputError",
    "InvalidValueError",
    "Label",
    "LabelScheme",
    "NotFoundError",
    "Note",
    "PairingWarning",
    "ReadOptions",
    "SchemeCounts",
    "ServerError",
    "Span",
    "SpanMetric",
    "__version__",
    "agree",
    "compute_metrics",
    "evaluate",
    "load",
]

_IMPORTED_WHEN_USED = {  # by name the module: some of them need numpy, which `goldspan --help` does not
    "Agreement": "agreement.agreement",
    "Corpus": "corpus",
    "Evaluation": "evaluation.result",
    "Note": "formats.record",
    "ReadOptions": "formats.options",
    "SchemeCounts": "evaluation.result",
    "SpanMetric": "evaluation.span_metric",
    "agree": "agreement.from_python",
    "compute_metrics": "evaluation.hooks",
    "evaluate": "evaluation.from_python",
    "load": "formats.python_values",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (what a module has is any)
    """What is imported when it is first used."""
    if name in _IMPORTED_WHEN_USED:
        from importlib import import_module

        return getattr(import_module(f"goldspan.{_IMPORTED_WHEN_USED[name]}"), name)
    return errors.former_name(name, "goldspan", 2)


def __dir__() -> list[str]:
    """What is public."""
    return sorted(__all__)
