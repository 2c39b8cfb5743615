"""Writes the reference in docs/python.md: the signature and the docstring of every name in `goldspan.__all__`.

python3 .ci/python_reference.py          writes it
python3 .ci/python_reference.py --check  fails if the page has another one
"""

import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import goldspan

PAGE = Path(__file__).parent.parent / "docs" / "python.md"
BEGIN = "<!-- Made by .ci/python_reference.py of the docstrings; change those. -->"
SECTIONS = ("Args", "Returns", "Yields", "Raises", "Warns", "Attributes")
LINE = 90  # characters of a signature on one line
GROUPS = {
    "reading and measuring": ("load", "evaluate", "agree", "ReadOptions", "PairingWarning"),
    "in training": ("compute_metrics", "SpanMetric"),
    "what is measured": ("Evaluation", "SchemeCounts", "Agreement", "Note"),
    "annotation": ("Span", "Example", "Article", "Label", "LabelScheme", "Finding"),
    "a project": ("Corpus",),
    "errors": ("GoldspanError", "InputError", "InvalidValueError", "NotFoundError", "ServerError"),
    "version": ("__version__",),
}


def page_with_reference(page: str) -> str:
    """The page with the reference after the marker."""
    before, marker, _ = page.partition(BEGIN)
    assert marker, f"{PAGE} lacks the line {BEGIN}"
    named = sorted(name for names in GROUPS.values() for name in names)
    assert named == sorted(goldspan.__all__), {*named} ^ {*goldspan.__all__}
    return before + BEGIN + "\n" + "".join(f"\n{part}\n" for part in reference())


def reference() -> Iterator[str]:
    """The paragraphs of the reference."""
    for group, names in GROUPS.items():
        yield f"## Reference: {group}"
        for name in names:
            yield f"### `{name}`"
            if name == "__version__":
                yield "The version of goldspan, a text such as `0.1.0`."
                continue
            yield from described(name, getattr(goldspan, name))


def described(name: str, value: object) -> Iterator[str]:
    """The signature, the docstring and, of a class, its properties and methods."""
    if not (inspect.isclass(value) and issubclass(value, BaseException)) or name == "GoldspanError":
        yield f"```python\ngoldspan.{name}{signature(value)}\n```"
    yield from markdown(inspect.getdoc(value) or "")
    if not inspect.isclass(value) or issubclass(value, BaseException):
        return
    members = [line for member in sorted(vars(value)) if (line := member_line(value, member)) is not None]
    inherited = [line for base in value.__mro__[1:-1] for member in sorted(vars(base))
                 if member not in vars(value) and (line := member_line(base, member)) is not None]  # fmt: skip
    lines = list(dict.fromkeys(members + inherited))
    if lines:
        yield "Properties and methods:"
        yield "\n".join(lines)


def member_line(owner: type, member: str) -> str | None:
    """The line of a property or a method; None of what is not public, and of fields, which the arguments describe."""
    value = inspect.getattr_static(owner, member)
    fields = {field.name for field in dataclasses.fields(owner)} if dataclasses.is_dataclass(owner) else set()
    if member.startswith("_") or member in fields or owner.__module__ == "typing":
        return None
    if isinstance(value, (classmethod, staticmethod)):
        value = value.__func__
    first = inspect.getdoc(value.fget if isinstance(value, property) else getattr(value, "func", value)) or ""
    first = " ".join(first.split("\n\n")[0].split())
    if not first:
        return None
    called = signature(value, most=sys.maxsize) if inspect.isfunction(value) else ""
    return f"- `{member}{called}`: {first}"


def signature(value: object, *, most: int = LINE) -> str:
    """The parameters with their types and defaults, as written, without `self`; one on each line if they are long."""
    assert callable(value)
    found = inspect.signature(value)
    parts: list[str] = []
    for one in found.parameters.values():
        if one.name in {"self", "cls"}:
            continue
        if one.kind is one.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        parts.append(one.name + annotation(": ", one.annotation) + default(one.default))
    result = "" if found.return_annotation in {None, "None"} else annotation(" -> ", found.return_annotation)
    line = f"({', '.join(parts)}){result}"
    return line if len(line) <= most else "(\n" + "".join(f"    {part},\n" for part in parts) + f"){result}"


def annotation(before: str, value: object) -> str:
    """A type, as it is written."""
    if value is inspect.Parameter.empty:
        return ""
    return before + (value if isinstance(value, str) else inspect.formatannotation(value))


def default(value: object) -> str:
    """What a parameter is where it is not given."""
    if value is inspect.Parameter.empty:
        return ""
    if isinstance(value, goldspan.ReadOptions):
        return " = ReadOptions()"
    return " = …" if repr(value).startswith("<") else f" = {value!r}"


def markdown(doc: str) -> Iterator[str]:
    """The paragraphs of a docstring of Google's form as Markdown."""
    section = re.compile(rf"^({'|'.join(SECTIONS)}):$", re.MULTILINE)
    begin = section.search(doc)
    head = doc[: begin.start()] if begin else doc
    yield from map(paragraph, filter(None, (part.strip("\n") for part in head.split("\n\n"))))
    while begin:
        following = section.search(doc, begin.end())
        body = textwrap.dedent(doc[begin.end() : following.start() if following else None].strip("\n"))
        yield f"{begin.group(1)}:"
        if begin.group(1) in {"Returns", "Yields"}:
            yield " ".join(body.split())
        else:
            yield "\n".join(f"- {item}" for item in items(body))
        begin = following


def items(body: str) -> Iterator[str]:
    """The items of a section, each on one line."""
    for item in re.split(r"\n(?=\S)", body):
        name, _, text = " ".join(item.split()).partition(": ")
        yield f"`{name}`: {text}"


def paragraph(text: str) -> str:
    """A paragraph, or a block of code where it is indented."""
    if text.startswith((" ", ">>>")):
        code = textwrap.dedent(text).replace("  # doctest: +SKIP", "")
        return f"```python\n{code}\n```" if code.startswith(">>>") else f"```text\n{code}\n```"
    return text


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    new = page_with_reference(old)
    if "--check" in sys.argv and old != new:
        sys.exit(f"{PAGE} differs from the docstrings: run python3 .ci/python_reference.py")
    PAGE.write_text(new, encoding="utf-8", newline="\n")
