"""goldspan turns news articles into a span-labelled corpus that people can trust."""

from typing import TYPE_CHECKING, Any

from goldspan import errors
from goldspan.annotation import Article, Example, Finding, Label, LabelScheme, Span
from goldspan.errors import GoldspanError, InputError, InvalidValueError, NotFoundError
from goldspan.version import __version__

if TYPE_CHECKING:
    from goldspan.evaluation.scores import evaluate
    from goldspan.formats import ReadOptions, load

__all__ = [
    "Article",
    "Example",
    "Finding",
    "GoldspanError",
    "InputError",
    "InvalidValueError",
    "Label",
    "LabelScheme",
    "NotFoundError",
    "ReadOptions",
    "Span",
    "__version__",
    "evaluate",
    "load",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (what a module has is any)
    """What is imported when it is first asked for: `evaluate` needs numpy, which `goldspan --help` does not."""
    if name in {"load", "ReadOptions"}:
        from goldspan import formats

        return getattr(formats, name)
    if name == "evaluate":
        from goldspan.evaluation.scores import evaluate

        return evaluate
    if name in {"ValueRefused", "MissingPart"}:
        return getattr(errors, name)
    raise AttributeError(f"module 'goldspan' has no attribute {name!r}")
