"""The layer of a file of INCEpTION or UIMA whose annotations are the spans, and its feature that is the label.

`--layer LAYER` or `--layer LAYER:FEATURE` names them: a layer by its whole name or the part after the last dot. Without
it the layer is DKPro's `NamedEntity`, or else the only one that is not of the kinds that pipelines make (tokens, parts
of speech, parses); layers without annotation in a document do not count. The feature is `value`, or else the only one
that holds a string. A layer without such a feature is a label itself: the part of its name after the last dot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
VALUE = "value"
LINGUISTIC = (
    "de.tudarmstadt.ukp.dkpro.core.api.",
    "de.tudarmstadt.ukp.clarin.webanno.api.",
    "de.tudarmstadt.ukp.inception.",
    "org.dkpro.core.api.",
    "uima.",
)
NO_LAYER = "it has no annotation of named entities, or of a layer that somebody defined: it is text without spans"
NAMED_ENTITIES = "de.tudarmstadt.ukp.dkpro.core.api.ner."


@dataclass(frozen=True, slots=True)
class AnnotationLayer:
    """A layer of annotations of parts of the text.

    Args:
        name: of its type.
        features: those whose values are strings, so that they can be labels.
    """

    name: str
    features: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """The part of the name after the last dot."""
        return self.name.rpartition(".")[2]

    @property
    def is_linguistic(self) -> bool:
        """Whether it is of a kind that pipelines make."""
        return self.name.startswith(LINGUISTIC) and not self.name.startswith(NAMED_ENTITIES)


def choose_layer(
    layers: Sequence[AnnotationLayer], named: str | None, path: Path
) -> tuple[AnnotationLayer, str | None]:
    """The layer to read, and the feature that is the label; None where the layer's name is the label.

    Args:
        layers: at least one.
        named: what `--layer` names: a layer, or a layer, a colon and a feature.
        path: the file, for the message.

    Raises:
        InputError: naming the layers and features there are, if none or several can be meant.
    """
    name, _, feature = (named or "").partition(":")
    if name:
        found = [layer for layer in layers if name in {layer.name, layer.short_name}]
    else:
        found = [layer for layer in layers if layer.name == NAMED_ENTITY] or [
            layer for layer in layers if not layer.is_linguistic
        ]
    if len(found) != 1:
        what = f"it has no layer {name!r}" if name and not found else "it has several layers of annotation"
        if not name and not found:
            what = "it has no layer of named entities"
        there = ", ".join(_shown(layer) for layer in layers)
        raise InputError(f"{what}; its layers are {there}", file=path, remedy="Name one: --layer LAYER:FEATURE.")
    return found[0], _choose_feature(found[0], feature, path)


def _choose_feature(layer: AnnotationLayer, named: str, path: Path) -> str | None:
    if named and named not in layer.features:
        there = ", ".join(layer.features) or "none that can be a label"
        raise InputError(
            f"the layer {layer.name} has no feature {named!r}; its features are {there}",
            file=path,
            remedy=f"Name one of them: --layer {layer.short_name}:FEATURE.",
        )
    if named or not layer.features:
        return named or None
    if VALUE in layer.features:
        return VALUE
    if len(layer.features) > 1:
        raise InputError(
            f"the layer {layer.name} has several features: {', '.join(layer.features)}",
            file=path,
            remedy=f"Name the one that is the label: --layer {layer.short_name}:FEATURE.",
        )
    return layer.features[0]


def _shown(layer: AnnotationLayer) -> str:
    return f"{layer.name} ({', '.join(layer.features)})" if layer.features else layer.name
