"""The metric that `evaluate.load` loads from this file; nothing else imports it, as it needs `evaluate`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from goldspan.evaluation.span_metric import SpanMetric

DESCRIPTION = """\
Precision, recall and F1 of labelled spans by the schemes strict, exact, partial and type of SemEval-2013 Task 9.1, with
one-to-one optimal matching."""
INPUTS = """
Args:
    predictions: per document a list of tags (`B-LOC`), or a list of {"start", "end", "label"}, half-open.
    references: the same for gold.
    **options: see `goldspan.evaluation.span_metric.SpanMetric`.
Returns:
    `strict_f1`, `strict_precision`, `partial_f1`, `strict_f1_<LABEL>` and so on; undefined ones are left out.
"""


class GoldspanSpans(evaluate.Metric):  # type: ignore[misc]  # evaluate is untyped
    """`goldspan.evaluation.span_metric.SpanMetric` for `evaluate`."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=DESCRIPTION,
            citation="",
            inputs_description=INPUTS,
            # JSON, because of several types `evaluate` would choose one by the first document, which may be empty.
            features=datasets.Features({"predictions": datasets.Json(), "references": datasets.Json()}),
        )

    def _compute(self, *, predictions: Any, references: Any, **options: Any) -> dict[str, float]:  # noqa: ANN401  (rows as Arrow gives them)
        return SpanMetric(**options).compute(predictions=predictions, references=references)
