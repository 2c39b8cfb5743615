"""UIMA CAS, in XMI and in JSON, as INCEpTION and DKPro export it; only read, with the package dkpro-cassis.

A file is one of

    document.json       UIMA CAS JSON, which has its type system inside
    document.xmi        UIMA CAS XMI, with `TypeSystem.xml` in its folder, or in one above it
    export.zip          one or several of either, with their `TypeSystem.xml`, as INCEpTION exports them

and a folder stands for its `.xmi` files and those in its sub-folders. An example is a document, with `at` 0, since
annotations may reach over sentences; its id is the name of the file, with the path where there are several.

The annotations of one layer are read (`goldspan.formats.annotation_layers`), of those that have annotations in the
document; what other layers hold is noted, except for the tokens, parts of speech and the like that pipelines make.

Offsets count UTF-16 units in these files. dkpro-cassis converts them, and passes on those that it cannot convert with a
warning: they are refused here.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from dataclasses import replace
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import GoldspanError, InputError, InvalidValueError, NotFoundError
from goldspan.formats.annotation_layers import NAMED_ENTITY, NO_LAYER, AnnotationLayer, choose_layer
from goldspan.formats.json_lines import loads_document
from goldspan.formats.options import DEFAULT
from goldspan.formats.record import Note, RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.formats.options import ReadOptions
    from goldspan.formats.sample import FileSample

TYPE_SYSTEM = "typesystem.xml"  # in any case
SUFFIXES = (".xmi", ".json")
BESIDE = (".xmi", ".xml", ".txt", ".md", "")
NAMED = 3  # files in a message
ANNOTATION = "uima.tcas.Annotation"
STRING = "uima.cas.String"
INITIAL_VIEW = "_InitialView"
LARGEST = 1 << 30  # bytes of a file in an archive
JSON_KEYS = re.compile(rb'"%(?:TYPES|FEATURE_STRUCTURES|VIEWS)"\s*:')
XMI_NAMESPACE = b"http://www.omg.org/XMI"
ZIP = b"PK\x03\x04"
DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
EXTRA_REMEDY = "Run: pip install 'goldspan[cas]'"
REMEDY = "Export the document again, as UIMA CAS XMI or UIMA CAS JSON."
TYPE_SYSTEM_REMEDY = "Put the TypeSystem.xml that was exported with the document beside it."
LAYER_REMEDY = "--layer LAYER:FEATURE names the layer to read."
RESERVED = ("self_", "type_")
LABEL_REMEDY = "--label NAME reads annotations without a value as NAME; --layer LAYER:FEATURE names another feature."


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each document as a record, or the error that says why it cannot be read.

    Raises:
        InputError: if there is no such file, or it is no archive.
        NotFoundError: if dkpro-cassis is not installed.
    """
    if find_spec("cassis") is None:
        raise NotFoundError("UIMA CAS is read with the package dkpro-cassis", file=path, remedy=EXTRA_REMEDY)
    unread = _other_files(path) if path.is_dir() else []
    for file, name, content, type_system in _documents(path):
        try:
            record = _record(_load(content, type_system, file, name), file, name, options)
            if unread:
                message = f"beside the .xmi files are {', '.join(unread)}: not read"
                record = replace(record, notes=(*record.notes, Note("not-read", message, path)))
            yield record
            unread = []
        except InputError as error:
            yield error
        except GoldspanError as error:
            yield InputError(error.message, file=file, example=name, remedy=error.remedy)


def is_format_of(sample: FileSample) -> bool:
    """Whether a file is a CAS in XMI or JSON, or an archive with one."""
    if sample.head.startswith(ZIP):
        try:
            return any(entry.suffix == ".xmi" or _is_type_system(entry) for entry in _entries(sample.path))
        except (OSError, zipfile.BadZipFile):
            return False
    head = sample.head.lstrip()
    if head.startswith(b"{"):
        return JSON_KEYS.search(head) is not None
    return head.startswith(b"<") and XMI_NAMESPACE in head


def is_format_of_folder(path: Path) -> bool:
    """Whether a folder holds `.xmi` files, or there are such files in its sub-folders and a type system for them."""
    return any(path.glob("*.xmi")) or (
        any(_is_type_system(PurePosixPath(child.name)) for child in path.iterdir()) and any(path.rglob("*.xmi"))
    )


def _documents(path: Path) -> Iterator[tuple[Path, str, bytes, bytes | None]]:
    """Each document: the file that it is in, its name, its content, and its type system if it is apart."""
    if path.is_dir():
        for file in sorted(path.rglob("*.xmi")):
            name = file.relative_to(path).with_suffix("").as_posix()
            files.require_small(file)
            yield file, name, files.read_bytes(file), _type_system_beside(file, path)
    elif _is_archive(path):
        yield from _archived(path)
    else:
        files.require_small(path)
        content = files.read_bytes(path)
        is_json = content.removeprefix(files.BOM).lstrip().startswith(b"{")
        yield path, path.stem, content, None if is_json else _type_system_beside(path, path.parent.parent)


def _other_files(path: Path) -> list[str]:
    """The first files of a folder that may hold data and are not read with it."""
    names = [
        child.relative_to(path).as_posix()
        for child in sorted(path.rglob("*"))
        if child.is_file() and child.suffix not in BESIDE and not child.name.startswith(".")
    ]
    return [*names[:NAMED], *["…"] * (len(names) > NAMED)]


def _is_archive(path: Path) -> bool:
    with files.opened(path) as stream:
        return stream.read(len(ZIP)) == ZIP


def _archived(path: Path) -> Iterator[tuple[Path, str, bytes, bytes | None]]:
    try:
        with zipfile.ZipFile(path) as archive:
            content = {
                PurePosixPath(entry.filename): _unpacked(archive, entry)
                for entry in archive.infolist()
                if entry.filename.lower().endswith((*SUFFIXES, TYPE_SYSTEM))
            }
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error) as error:
        raise InputError(f"the archive cannot be read: {error}", file=path, remedy="Unpack it by itself.") from None
    names = [name for name in content if name.suffix.lower() == ".xmi" or JSON_KEYS.search(content[name][: 1 << 16])]
    if not names:
        raise InputError(
            "there is no CAS in this archive", file=path, remedy="Name an archive with .xmi or .json files."
        )
    for name in sorted(names):
        near = [type_system for type_system in content if _is_type_system(type_system)]
        near.sort(key=lambda other: (other.parent not in name.parents, -len(other.parts)))
        label = name.stem if len(names) == 1 else name.with_suffix("").as_posix()
        yield path, label, content[name], content[near[0]] if near else None


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > LARGEST:
        raise ValueError(f"{entry.filename} is larger than {LARGEST >> 30} GB")
    return archive.read(entry)


def _entries(path: Path) -> list[PurePosixPath]:
    with zipfile.ZipFile(path) as archive:
        return [PurePosixPath(name) for name in archive.namelist()]


def _is_type_system(name: PurePosixPath) -> bool:
    return name.name.lower() == TYPE_SYSTEM


def _type_system_beside(file: Path, top: Path) -> bytes | None:
    """The content of the nearest type system, in the folder of a file or above it, up to a folder."""
    for folder in file.parents:
        for child in sorted(folder.iterdir()):
            if _is_type_system(PurePosixPath(child.name)):
                return files.read_bytes(child)
        if folder == top:
            break
    return None


def _load(content: bytes, type_system: bytes | None, file: Path, name: str) -> Any:  # noqa: ANN401  (untyped library)
    """The CAS.

    Raises:
        InputError: if it is none, or has an offset that is outside the text or inside a character.
    """
    import cassis

    is_json = content.removeprefix(files.BOM).lstrip().startswith(b"{")
    if is_json:
        loads_document(content, file, REMEDY)
    elif type_system is None:
        raise InputError("there is no TypeSystem.xml for it", file=file, example=name, remedy=TYPE_SYSTEM_REMEDY)
    elif DECLARATION.search(content) or DECLARATION.search(type_system):
        raise InputError("it declares a document type", file=file, example=name, remedy="Remove the declaration.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if is_json:
                cas = cassis.load_cas_from_json(content.removeprefix(files.BOM).decode())
            else:
                cas = cassis.load_cas_from_xmi(
                    io.BytesIO(content), cassis.load_typesystem(io.BytesIO(type_system or b""))
                )
        except Exception as error:  # noqa: BLE001  (foreign files make lxml and cassis fail in many ways)
            is_undeclared = type(error).__name__ == "TypeNotFoundError"
            what = f"no UIMA CAS that dkpro-cassis reads: {type(error).__name__}: {' '.join(str(error).split()):.160}"
            remedy = TYPE_SYSTEM_REMEDY if is_undeclared else REMEDY
            raise InputError(what, file=file, example=name, remedy=remedy) from None
    if unmapped := [str(warning.message) for warning in caught if "offset [" in str(warning.message)]:
        offset = re.search(r"\[(-?[0-9]+)\]", unmapped[0])
        raise InputError(
            f"the offset {offset[1] if offset else ''} is outside the text, or inside a character",
            file=file,
            example=name,
            remedy="Offsets in a CAS count UTF-16 units: correct them, or export the document again.",
        )
    return cas


def _record(cas: Any, file: Path, name: str, options: ReadOptions) -> Record:  # noqa: ANN401  (untyped library)
    view, unread = _view_with_text(cas)
    layers, others = _layers(view)
    active = [layer for layer in layers if view.select(layer.name) and not layer.is_linguistic]
    unread += [other for other in others if view.select(other)]
    notes: list[Note] = []
    spans: list[RawSpan] = []
    if options.layer or active:
        layer, feature = choose_layer(layers if options.layer else active, options.layer, file)
        spans = [_span(annotation, layer, feature, options) for annotation in view.select(layer.name)]
        unread += [other.name for other in active if not view.typesystem.subsumes(layer.name, other.name)]
        is_usual = layer.name == NAMED_ENTITY or options.layer
        if unread or not is_usual:
            read = f"{layer.name}:{feature}" if feature else layer.name
            message = f"{read} is read" + (f"; not read are {', '.join(unread)}" if unread else "")
            notes.append(Note("other-layers", message, file, None, name, LAYER_REMEDY))
    else:
        message = NO_LAYER + (f"; not read are {', '.join(unread)}" if unread else "")
        notes.append(Note("no-layer", message, file, None, name))
    return Record(file, None, name, view.sofa_string, tuple(sorted(spans)), notes=tuple(notes))


def _view_with_text(cas: Any) -> tuple[Any, list[str]]:  # noqa: ANN401  (untyped library)
    """The view whose annotations are read, and the names of others that have a text.

    Raises:
        InvalidValueError: if there is none, or several can be meant.
    """
    names = [view.sofa.sofaID for view in cas.views if view.sofa.sofaString is not None]
    if not names:
        raise InvalidValueError("the CAS has no text", remedy="Its text must be in the CAS itself: export it again.")
    if INITIAL_VIEW not in names and len(names) > 1:
        raise InvalidValueError(f"it has several texts: the views {', '.join(names)}", remedy="Export one of them.")
    chosen = INITIAL_VIEW if INITIAL_VIEW in names else names[0]
    return cas.get_view(chosen), [f"the view {name}" for name in names if name != chosen]


def _layers(view: Any) -> tuple[list[AnnotationLayer], list[str]]:  # noqa: ANN401  (untyped library)
    """The layers of spans, and the names of layers that relations or chains of spans make up."""
    layers, links = [], []
    for kind in sorted(view.typesystem.get_types(), key=lambda kind: str(kind.name)):
        if kind.name == ANNOTATION or not view.typesystem.is_instance_of(kind.name, ANNOTATION):
            continue
        features = list(kind.all_features)
        layer = AnnotationLayer(kind.name, tuple(_shown(f) for f in features if _is_string(view, f)))
        if any(view.typesystem.is_instance_of(f.rangeType.name, ANNOTATION) for f in features):
            links += [] if layer.is_linguistic else [kind.name]
        else:
            layers.append(layer)
    return layers, links


def _is_string(view: Any, feature: Any) -> bool:  # noqa: ANN401  (untyped library)
    return bool(view.typesystem.is_instance_of(feature.rangeType.name, STRING))


def _shown(feature: Any) -> str:  # noqa: ANN401  (untyped library)
    """The name of a feature in the file; dkpro-cassis appends `_` to those that mean something in Python."""
    name = str(feature.name)
    return name[:-1] if name in RESERVED else name


def _span(annotation: Any, layer: AnnotationLayer, feature: str | None, options: ReadOptions) -> RawSpan:  # noqa: ANN401
    attribute = f"{feature}_" if f"{feature}_" in RESERVED else feature
    value = getattr(annotation, attribute) if attribute else None
    label = value or options.label or (layer.short_name if feature is None else None)
    start, end = annotation.begin, annotation.end
    if not label:
        message = f"the {layer.short_name} [{start}, {end}] has no {feature}"
        raise InvalidValueError(message, remedy=LABEL_REMEDY)
    if not (isinstance(start, int) and isinstance(end, int)):
        raise InvalidValueError(f"a {layer.short_name} {value!r} has no offsets", remedy=REMEDY)
    return RawSpan(start, end, str(label))
