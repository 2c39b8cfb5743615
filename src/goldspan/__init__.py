"""goldspan turns news articles into a span-labelled corpus that people can trust."""

from typing import TYPE_CHECKING, Any

from goldspan import errors
from goldspan.annotation import Article, Example, Finding, Label, LabelScheme, Span
from goldspan.errors import GoldspanError, InputError, InvalidValueError, NotFoundError
from goldspan.version import __version__

if TYPE_CHECKING:
    from goldspan.evaluation.scores import evaluate

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
    "Span",
    "__version__",
    "evaluate",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (what a module has is any)
    """`goldspan.evaluate`, imported when first asked for: it needs numpy, which `goldspan --help` does not."""
    if name == "evaluate":
        from goldspan.evaluation.scores import evaluate

        return evaluate
    if name in {"ValueRefused", "MissingPart"}:
        return getattr(errors, name)
    raise AttributeError(f"module 'goldspan' has no attribute {name!r}")
