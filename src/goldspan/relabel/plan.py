"""The plan of a change of a label: every file as it will be, and what people have to do then.

Nothing is written before all is known. What will be written is kept in a journal first, so that a run that is killed
between two files is completed by the next one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.annotation import article_of
from goldspan.corpus.audits import relabelled_audits
from goldspan.corpus.change_journal import write_together
from goldspan.doccano.corpus_record import (
    FormerLabelRecord,
    SurfaceRuleRecord,
    pushed_as,
    read_record,
    record_path,
)
from goldspan.errors import InputError
from goldspan.formats import labels_toml_edit
from goldspan.guidelines.changelog import CHANGELOG, require_no_later_entry
from goldspan.relabel import pages
from goldspan.relabel.annotations import relabel_annotations
from goldspan.relabel.pages import relabel_pages
from goldspan.relabel.recogniser_files import relabel_recognisers
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.doccano.corpus_record import DoccanoRecord
    from goldspan.formats.decisions import Decision
    from goldspan.relabel.annotations import RelabelledAnnotations
    from goldspan.relabel.change import LabelChange
    from goldspan.relabel.pages import RelabelledPages

MANIFEST = "manifest.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelabelPlan:
    """What a change of a label does to a project.

    Args:
        corpus: the project.
        change: the change.
        annotations: gold, passes and decisions after it.
        pages: the pages after it.
        contents: the bytes of each file that is written, in the order of writing; None for one that goes.
        versions: the articles whose gold follows the new version of the guidelines.
        notes: what a person has to look at, as sentences.
        projects: the names of the projects in Doccano that the corpus remembers.
    """

    corpus: Corpus
    change: LabelChange
    annotations: RelabelledAnnotations
    pages: RelabelledPages
    contents: Mapping[Path, bytes | None]
    versions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()

    @property
    def to_read(self) -> tuple[str, ...]:
        """The ids of the examples that must be read again, each once."""
        return tuple(dict.fromkeys(each.example for each in self.annotations.reading))

    def apply(self) -> list[Path]:
        """Write all that is planned, or nothing; returns the files.

        Raises:
            OSError: if a file cannot be written; then all are as they were.
        """
        return write_together(self.corpus, ("relabel", self.change.old, *self.change.labels), self.contents)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        annotations, root = self.annotations, self.corpus.root
        return {
            **self.change.json(),
            "files": [path.relative_to(root).as_posix() for path in self.contents],
            "spans": {
                path.relative_to(root).as_posix(): number for path, number in annotations.counts.spans.items() if number
            },
            "gold": dict(annotations.counts.labels),
            "collisions": sum(annotations.counts.collisions.values()),
            "decisions": {
                "needless": [_decision_json(one) for one in annotations.needless],
                "no_longer_valid": [_decision_json(one) for one in annotations.revived],
            },
            "disputes_settled": annotations.agreed,
            "new_gold": list(annotations.new_gold),
            "read_again": [each.json() for each in annotations.reading],
            "unconfirmed": {name: list(ids) for name, ids in annotations.unconfirmed.items()},
            "mentions": [mention.json(root) for mention in self.pages.mentions],
            "doccano": list(self.projects),
            "notes": list(self.notes),
        }


def plan_relabel(corpus: Corpus, change: LabelChange, *, day: str | None = None) -> RelabelPlan:
    """What a change of a label does to a project; nothing is written.

    Args:
        corpus: the project.
        change: the change.
        day: of the entries in the changelogs, `YYYY-MM-DD`; None for today.

    Raises:
        InputError: for a file that cannot be read or whose form is not understood; for a changelog of the guidelines
            that is ahead of labels.toml; for a label that would stay beside those split off it, in a corpus with
            projects in Doccano.
    """
    require_no_later_entry(corpus.guidelines, change.before.version)
    known = read_record(corpus)
    _require_distinguishable(corpus, known, change)
    day = day or dt.datetime.now().astimezone().date().isoformat()
    annotations = relabel_annotations(corpus, change)
    rewritten = relabel_pages(corpus, change)
    recognisers = relabel_recognisers(corpus, change)
    to_read = {each.example for each in annotations.reading}
    manifest, versions = _manifest(corpus, change, to_read)
    record = relabel_record(known, change) if files.is_there(record_path(corpus)) else None
    contents: dict[Path, bytes | None] = {
        **annotations.contents,
        **dict(relabelled_audits(corpus, change.label_of)),
        **manifest,
        **rewritten.contents,
        **dict(pages.pages_to_write(corpus, change)),
        **recognisers.contents,
    }
    if record is not None:
        contents[record_path(corpus)] = record.content()
    entries = {
        corpus.folder / CHANGELOG: pages.corpus_entry(change, annotations.counts.labels, len(to_read), day),
        corpus.guidelines / CHANGELOG: pages.guidelines_entry(corpus, change, annotations.reading, day),
    }
    for path, entry in entries.items():
        data = contents.pop(path, None) or (files.read_bytes(path) if files.is_there(path) else None)
        contents[path] = pages.with_entry(data, path, entry, guidelines=path.parent == corpus.guidelines)
    scheme_file, renamed = corpus.scheme_file, _renamed_entry(change)
    contents[scheme_file] = labels_toml_edit.edited(scheme_file, change.before, change.after, renamed)
    return RelabelPlan(
        corpus=corpus,
        change=change,
        annotations=annotations,
        pages=rewritten,
        contents=contents,
        versions=versions,
        notes=(*recognisers.notes, *_notes(corpus, change, rewritten)),
        projects=() if record is None else tuple(dict.fromkeys(map(pushed_as, record.projects))),
    )


def _require_distinguishable(corpus: Corpus, record: DoccanoRecord, change: LabelChange) -> None:
    """Refuse a split in which the label stays, where its spans are in Doccano, too.

    Nothing there would tell a span that is to be read again from one that was, so a pull would undo the split.
    """
    if record.projects and change.kind == "split" and not change.is_gone:
        new = " ".join(f"{name}_2" if name == change.old else name for name in change.labels)
        raise InputError(
            f"remembers projects in which {change.old} has spans: beside {change.old} as it is now, nobody could tell "
            "there which of them were read again",
            file=record_path(corpus),
            remedy=f"Give what stays another name until all is read: goldspan relabel {change.old} {new}; then rename "
            f"{change.old}_2 to {change.old}.",
        )


def relabel_record(record: DoccanoRecord, change: LabelChange) -> DoccanoRecord:
    """What the corpus remembers of its projects in Doccano, with the former name of the label.

    The number of the type of a label that is renamed is that of the new name: a push renames this type.
    """
    old, new = change.old, list(change.labels)
    if change.kind == "rename":
        types = [
            each.model_copy(update={"numbers": _renamed_key(each.numbers, old, new[0])}) for each in record.label_types
        ]
        record = replace(record, label_types=tuple(types))
    if not change.is_gone:
        return record
    rules = [SurfaceRuleRecord(pattern=rule.pattern.pattern, label=rule.label) for rule in change.rules]
    taken = {name for label in change.after.labels for name in (label.name, label.display)}
    display = change.before[old].display
    former = [_carried(each, old, new, rules) for each in record.former_labels if each.name not in {*taken, old}]
    own = FormerLabelRecord(name=old, labels=new, display=None if display in taken else display, rules=rules)
    return replace(record, former_labels=(*former, own))


def _carried(former: FormerLabelRecord, old: str, new: list[str], rules: list[SurfaceRuleRecord]) -> FormerLabelRecord:
    """What an earlier former label is after a further change of one of the labels that it became."""
    if old not in former.labels:
        return former
    if former.labels == [old]:
        return former.model_copy(update={"labels": new, "rules": rules})
    labels = list(dict.fromkeys(name for label in former.labels for name in (new if label == old else [label])))
    carried = [
        each.model_copy(update={"label": new[0]}) if each.label == old else each for each in former.rules
    ]  # a label that was split twice: the first choice holds for what the first split decided
    return former.model_copy(update={"labels": labels, "rules": carried})


def _renamed_key(numbers: Mapping[str, int], old: str, new: str) -> dict[str, int]:
    if old not in numbers:
        return dict(numbers)
    return {**{label: number for label, number in numbers.items() if label not in {old, new}}, new: numbers[old]}


def _manifest(
    corpus: Corpus, change: LabelChange, to_read: Collection[str]
) -> tuple[dict[Path, bytes | None], tuple[str, ...]]:
    """The manifest in which the gold that needs no reading follows the new version, and these articles.

    Gold of an older version than the present one stays there: it was to be read again before.
    """
    path = corpus.folder / MANIFEST
    open_articles = {article_of(example) for example in to_read}
    before, after = change.before.version, change.after.version
    articles = {one.id: None for one in corpus.entries if one.guidelines == before and one.id not in open_articles}
    lines = []
    for (_, raw), entry in zip(files.lines(files.read_bytes(path)), corpus.entries, strict=True):
        changed = entry.id in articles
        row = {**strict_json.loads(raw), "guidelines": after} if changed else None
        lines.append(raw if row is None else files.dumps(row).encode("utf-8"))
    return ({path: b"".join(line + b"\n" for line in lines)} if articles else {}), tuple(articles)


def _renamed_entry(change: LabelChange) -> dict[str, str]:
    """By name of a label of before, the name under which its entry in labels.toml goes on."""
    place = change.before.names.index(change.old)
    if not change.is_gone or len(change.after.labels) < len(change.before.labels):
        return {}
    return {change.old: change.after.names[place]}


def _notes(corpus: Corpus, change: LabelChange, rewritten: RelabelledPages) -> Iterator[str]:
    """What a person has to look at beside what is to be read again."""
    folder = corpus.guidelines.name
    for name in pages.unowned_pages(change):
        yield f"merge {folder}/{name} into the pages of {', '.join(change.labels)}: it is the page of no label now"
    if change.kind == "merge":
        yield f"the definition of {change.labels[0]} in labels.toml is to take in what was {change.old}"
    for label in change.new if change.kind == "split" else ():
        yield f"write the definition of {label.name} in labels.toml, and its rules in {folder}/{label.page}"
    if change.kind == "rename" and (display := change.before[change.old].display):
        yield f"annotators go on seeing {display!r}: change or remove `display` in labels.toml if they should not"
    if corpus.suggestions.is_dir():
        yield "build/suggestions has the labels of before: run `goldspan suggest` again"
    for page, number in rewritten.undecided.items():
        if number:
            examples = amount(number, "marked example")
            yield f"read again in {folder}/{page.name}: {examples} got {change.labels[0]} as a first choice"


def _decision_json(decision: Decision) -> dict[str, Any]:
    return {"example": decision.example, "region": [decision.start, decision.end], "by": decision.by}
