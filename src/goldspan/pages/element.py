"""Elements of HTML and SVG that are escaped by construction: a plain string never becomes markup.

The page is made of `Markup` alone. Only this module turns strings into it: text and attribute values are escaped,
names are checked, and no attribute can point anywhere but into the page.
"""

from __future__ import annotations

import html
import re
from typing import TypeAlias

from goldspan.errors import ValueRefused
from goldspan.wording import visible

NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
VOID = frozenset({"br", "col", "hr", "input", "meta", "wbr"})
POINTING = frozenset({"href", "src", "action", "data", "formaction", "poster", "srcdoc", "srcset", "xlink-href"})


class Markup(str):
    """HTML that is well-formed and needs no escaping any more."""

    __slots__ = ()


Child: TypeAlias = "str | Markup | None"
Value: TypeAlias = "str | float | bool | None"


def text(value: str) -> Markup:
    """A string as HTML shows it: escaped, control characters as pictures, lone surrogates as the replacement."""
    return Markup(html.escape(visible(value)))


def element(name: str, /, *children: Child, **attributes: Value) -> Markup:
    """An element.

    Args:
        name: of the tag.
        children: strings are escaped, `Markup` stays, None is left out.
        attributes: `class_` is `class`, other underscores are hyphens; None and False leave the attribute out.

    Raises:
        ValueRefused: for a name that is none, an event handler, or an attribute that points out of the page.
    """
    opened = f"<{_name(name)}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in VOID:
        return Markup(opened)
    return Markup(f"{opened}{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Children one after the other."""
    return Markup(
        "".join(child if isinstance(child, Markup) else text(child) for child in children if child is not None)
    )


def _attribute(key: str, value: Value) -> str:
    name = _name(key.rstrip("_").replace("_", "-"))
    if value is None or value is False:
        return ""
    if name.lower().startswith("on") or (name in POINTING and not str(value).startswith("#")):
        raise ValueRefused(f"the attribute {name}={str(value)!r} would leave the page or run code")
    if value is True:
        return f" {name}"
    return f' {name}="{text(f"{value:g}" if isinstance(value, float) else str(value))}"'


def _name(name: str) -> str:
    if not NAME.fullmatch(name) or name.lower() in {"script", "iframe", "object", "embed"}:
        raise ValueRefused(f"{name!r} is no name of an element or attribute of the page")
    return name
