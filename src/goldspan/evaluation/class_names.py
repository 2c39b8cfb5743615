"""The names of a model's classes, from whatever holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goldspan.errors import ValueRefused
from goldspan.formats import tagging


def class_names(given: Any) -> list[str]:  # noqa: ANN401  (a feature of `datasets`, which is untyped)
    """The names in class-id order.

    Args:
        given: the names themselves, a model's `id2label`, a `ClassLabel` of `datasets`, a list of it, or `Features`
            with one column that lists tags.

    Raises:
        ValueRefused: for features with several such columns or none, or an `id2label` with gaps.
    """
    if hasattr(given, "feature"):  # a list of class labels
        return class_names(given.feature)
    if hasattr(given, "names"):  # a class label
        return list(given.names)
    if not isinstance(given, Mapping):
        return list(given)
    return _of_ids(given) if all(isinstance(key, int) for key in given) else _of_features(given)


def _of_ids(names: Mapping[int, str]) -> list[str]:
    missing = sorted(set(range(len(names))) - set(names))
    if missing:
        raise ValueRefused(f"the class {missing[0]} has no name", remedy="Name all classes, from 0 on.")
    return [names[number] for number in range(len(names))]


def _of_features(features: Mapping[str, Any]) -> list[str]:
    found = {name: names for name, feature in features.items() if (names := _tag_names(feature))}
    if len(found) != 1:
        raise ValueRefused(
            f"there are {len(found)} columns of tags: {', '.join(found) or 'none'}",
            remedy='Hand over the one that the labels come from, e.g. features["ner_tags"].',
        )
    return next(iter(found.values()))


def _tag_names(feature: Any) -> list[str] | None:  # noqa: ANN401  (a feature of `datasets`, which is untyped)
    """The names of a column that lists class labels that are tags."""
    names = getattr(getattr(feature, "feature", None), "names", None)
    try:
        return list(names) if names and [tagging.parse(name) for name in names] else None
    except ValueRefused:
        return None
