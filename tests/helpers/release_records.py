"""Records of releases, as hypothesis draws them."""

import hashlib

from hypothesis import strategies as st

from goldspan.corpus.releases import DecidedRegion, ReleasedExample, ReleasedSpan, ReleaseRecord

LABELS = ("DATE", "ORG", "PLACE")
ARTICLES = {
    "a": ["Harn won. Pyla lost it all", "It rained in Merrow"],
    "b": ["Harn won. Pyla lost it all", "Harn won. Pyla lost it all", "x"],
    "c": [""],
}


@st.composite
def spans_of(draw, length, labels, *, overlapping):
    """Spans in a text; those of gold mostly do not overlap, but a project may allow it."""
    if length < 2:
        return []
    places = draw(st.lists(st.integers(0, length), unique=True, max_size=8).map(sorted))
    extents = [*zip(places[::2], places[1::2], strict=False)]
    if overlapping:
        more = st.tuples(st.integers(0, length - 1), st.integers(1, 6))
        extents += [(start, min(length, start + size)) for start, size in draw(st.lists(more, max_size=3))]
    found = {ReleasedSpan(start, end, draw(st.sampled_from(labels))) for start, end in extents}
    return sorted(found)


@st.composite
def records(draw, labels=LABELS, *, overlapping=False):
    """A release of some articles, each cut into paragraphs or sentences of which some were read, or changed."""
    examples, hashes = [], {}
    for name in draw(st.lists(st.sampled_from(sorted(ARTICLES)), unique=True).map(sorted)):
        unit, texts = draw(st.sampled_from("ps")), ARTICLES[name]
        if draw(st.booleans()):  # the article was edited
            texts = draw(st.permutations([*texts, "New text of it."]))
            hashes[name] = repr(texts)
        at, number, kept = 0, 0, []
        for text in texts:
            for part in text.split(". ") if unit == "s" else [text]:
                number += 1
                if draw(st.integers(0, 4)):
                    decided = draw(st.booleans()) and len(part) > 3
                    kept.append(
                        ReleasedExample(
                            id=f"{name}.{unit}{number:02}", at=at, length=len(part),
                            sha256=hashlib.sha256(part.encode()).hexdigest(),
                            spans=draw(spans_of(len(part), labels, overlapping=overlapping)),
                            decisions=[DecidedRegion(0, len(part), draw(st.sampled_from(["G-1", None])))] * decided,
                        )
                    )  # fmt: skip
                at += len(part) + 2
        hashes.setdefault(name, "same")
        if kept:
            examples += kept
        else:
            del hashes[name]
    splits = {name: draw(st.sampled_from(["train", "test"])) for name in hashes}
    return ReleaseRecord(
        version="1.0",
        date="2026-12-01",
        guidelines="1.0",
        articles=hashes,
        examples=tuple(examples),
        splits=splits,
    )
