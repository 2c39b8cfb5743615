"""goldspan turns news articles into a span-labelled corpus that people can trust."""

from goldspan.errors import GoldspanError, InputError, MissingPart, ValueRefused
from goldspan.values import Article, Example, Finding, Label, LabelScheme, Span

__version__ = "0.1.0"

__all__ = [
    "Article",
    "Example",
    "Finding",
    "GoldspanError",
    "InputError",
    "Label",
    "LabelScheme",
    "MissingPart",
    "Span",
    "ValueRefused",
    "__version__",
]
