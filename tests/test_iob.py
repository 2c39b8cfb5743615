import warnings
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import BILOU, IOB1, IOB2, IOBES, IOE1, IOE2, Entities

from goldspan import iob
from goldspan.errors import InvalidValueError
from goldspan.iob import Chunk

REFERENCES = {"IOB1": IOB1, "IOB2": IOB2, "IOE2": IOE2, "BIOES": IOBES, "BILOU": BILOU}
SCHEMES = ("IOE1", *REFERENCES)  # seqeval's IOE1 knows no span of one word that touches the next
any_tags = st.lists(st.sampled_from(["O", *(f"{p}-{label}" for p in "BIES" for label in "AB")]), max_size=12)


@st.composite
def chunks(draw):
    """Chunks in a row of tokens, and the length of the row."""
    length = draw(st.integers(0, 12))
    cuts = sorted(draw(st.sets(st.integers(0, length))))
    found = [Chunk(a, b, draw(st.sampled_from("AB"))) for a, b in pairwise(cuts)]
    return [chunk for chunk in found if draw(st.booleans())], length


def encode(found, length, scheme):
    """The tags of chunks, written down from the definitions of the schemes."""
    tags = ["O"] * length
    begun = {chunk.first: chunk.label for chunk in found}
    ended = {chunk.stop: chunk.label for chunk in found}
    for first, stop, label in found:
        prefixes = ["I"] * (stop - first)
        if scheme == "IOB2" or (scheme == "IOB1" and ended.get(first) == label):
            prefixes[0] = "B"
        if scheme == "IOE2" or (scheme == "IOE1" and begun.get(stop) == label):
            prefixes[-1] = "E"
        if scheme in {"BIOES", "BILOU"}:
            last, one = ("E", "S") if scheme == "BIOES" else ("L", "U")
            prefixes[0], prefixes[-1] = "B", last
            prefixes = prefixes if stop - first > 1 else [one]
        tags[first:stop] = [f"{prefix}-{label}" for prefix in prefixes]
    return tags


@given(any_tags)
def test_decoding_is_that_of_conlleval_as_seqeval_has_it(tags):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = [(label, first, last) for label, first, last in get_entities(tags)]
    found = iob.decode([iob.parse(tag) for tag in tags])
    assert [(label, first, stop - 1) for first, stop, label in found] == reference


@pytest.mark.parametrize("scheme", [scheme for scheme in REFERENCES if scheme != "IOB1"])
@given(any_tags)
def test_well_formed_chunks_are_those_of_the_strict_mode_of_seqeval(scheme, tags):
    name = iob.canonical(scheme)
    spelt = {"BILOU": {"E": "L", "S": "U"}}.get(scheme, {})
    kept = [tag if tag[0] in f"O{iob.ALPHABETS[name]}" else "O" for tag in tags]
    kept = [spelt.get(tag[0], tag[0]) + tag[1:] for tag in kept]
    reference = [(e.start, e.end, e.tag) for e in Entities([kept], REFERENCES[scheme]).entities[0]]
    assert iob.well_formed_chunks([iob.parse(tag) for tag in kept], name) == reference


def test_a_malformed_iob1_chunk_goes_as_a_whole_unlike_in_seqeval():
    tags = ["B-A", "I-A"]
    assert iob.well_formed_chunks([iob.parse(tag) for tag in tags], "IOB1") == []
    assert [(e.start, e.end) for e in Entities([tags], IOB1).entities[0]] == [(1, 2)]


@pytest.mark.parametrize("scheme", SCHEMES)
@given(chunks())
def test_every_scheme_decodes_to_the_chunks_it_wrote(scheme, given):
    found, length = given
    tags = encode(found, length, scheme)
    parsed = [iob.parse(tag) for tag in tags]
    assert iob.decode(parsed) == found
    assert iob.malformed(parsed, iob.canonical(scheme)) == []


@pytest.mark.parametrize("scheme", REFERENCES)
@given(chunks())
def test_the_encoder_of_these_tests_writes_what_seqeval_reads(scheme, given):
    found, length = given
    reference = Entities([encode(found, length, scheme)], REFERENCES[scheme]).entities[0]
    assert [Chunk(entity.start, entity.end, entity.tag) for entity in reference] == found


@pytest.mark.parametrize("scheme", SCHEMES)
@given(st.lists(chunks(), max_size=4))
def test_the_scheme_found_out_forbids_nothing_that_was_written(scheme, given):
    sequences = [[iob.parse(tag) for tag in encode(*found, scheme)] for found in given]
    detected = iob.detect(sequences)
    assert not any(iob.malformed(tags, detected) for tags in sequences)


@pytest.mark.parametrize(
    ("scheme", "tags", "wrong"),
    [
        ("IOB2", "O I-A I-A", [1]),
        ("IOB2", "B-A I-B I-B", [1]),
        ("IOB2", "B-A E-A", [1]),
        ("IOB1", "B-A I-A", [0]),
        ("IOB1", "I-A B-B", [1]),
        ("IOE2", "I-A O", [0]),
        ("IOE2", "I-A E-B", [0]),
        ("IOE1", "I-A E-A O", [1]),
        ("BIOES", "B-A O", [0]),
        ("BIOES", "E-A O S-A", [0]),
        ("BIOES", "B-A I-A O", [1]),
        ("BIOES", "I-A E-A", [0]),
    ],
)
def test_each_scheme_forbids_what_it_forbids(scheme, tags, wrong):
    assert iob.malformed([iob.parse(tag) for tag in tags.split()], scheme) == wrong


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        ("O O", "IOB2"),
        ("B-A I-A O B-A", "IOB2"),
        ("I-A O I-A B-A", "IOB1"),
        ("I-A E-A O E-A", "IOE2"),
        ("I-A E-A I-A", "IOE1"),
        ("B-A E-A O S-A", "BIOES"),
        ("B-A L-A O U-A", "BIOES"),
        ("B-A I-A O B-A I-A O I-A", "IOB2"),
    ],
)
def test_the_scheme_is_found_out(tags, scheme):
    assert iob.detect([[iob.parse(tag) for tag in tags.split()]]) == scheme


@pytest.mark.parametrize("tag", ["", "B", "B-", "-A", "X-A", "o", "B_A", "NNP"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(InvalidValueError, match="is not a tag"):
        iob.parse(tag)


def test_a_label_may_hold_hyphens():
    assert iob.parse("B-TROOP-COUNT") == ("B", "TROOP-COUNT")


def test_schemes_have_other_names_and_unknown_ones_are_refused():
    assert [iob.canonical(name) for name in ("bio", "BILOU", "iobes", "IOB1")] == ["IOB2", "BIOES", "BIOES", "IOB1"]
    with pytest.raises(InvalidValueError, match="'XYZ'"):
        iob.canonical("XYZ")


def rows_of(prefixes, longest=4):
    """All rows of tags of two labels with these prefixes, up to a length."""
    written = ["O", *(f"{prefix}-{label}" for prefix in prefixes for label in "AB")]
    return (list(row) for length in range(1, longest + 1) for row in product(written, repeat=length))


def of_seqeval(tags, scheme):
    return [Chunk(entity.start, entity.end, entity.tag) for entity in Entities([tags], scheme).entities[0]]


def test_all_that_seqeval_does_differently_under_ioe1():
    """It loses a chunk of one E unless the tag before is the same: the commented-out cases of its tests."""
    for tags in rows_of("IE"):
        ours = iob.well_formed_chunks([iob.parse(tag) for tag in tags], "IOE1")
        lost = [c for c in ours if tags[c.first][0] == "E" and tags[c.first - 1 : c.first] != [tags[c.first]]]
        assert of_seqeval(tags, IOE1) == [chunk for chunk in ours if chunk not in lost]


def test_all_that_seqeval_does_differently_under_iob1():
    """It keeps malformed chunks without their first tokens, and loses a B before a B of another label."""
    for tags in rows_of("BI"):
        parsed = [iob.parse(tag) for tag in tags]
        wrong = iob.malformed(parsed, "IOB1")
        kept = [chunk._replace(first=chunk.first + (chunk.first in wrong)) for chunk in iob.decode(parsed)]
        following = [*parsed[1:], iob.OUTSIDE]
        lost = [
            c
            for c in kept
            if parsed[c.stop - 1].prefix == following[c.stop - 1].prefix == "B"
            and following[c.stop - 1].label != c.label
        ]
        assert of_seqeval(tags, IOB1) == [c for c in kept if c.first < c.stop and c not in lost]


def test_of_schemes_that_forbid_as_many_tags_one_has_their_prefixes():
    """`I-A O E-A`: IOB1 and IOE1 forbid the E alone, and IOE2 the I; IOB1 has no E at all."""
    fit = iob.SchemeFit.of([[iob.parse(tag) for tag in ("I-A", "O", "E-A")]])
    assert fit.best == ("IOE2", "IOE1")
    assert (fit + fit).best == fit.best
    assert (fit.judge(fit), fit.judge(iob.SchemeFit.of([[iob.parse("I-A")]]))) == ("IOE2", "IOE1")


@given(st.lists(any_tags, max_size=4), st.lists(any_tags, max_size=4))
def test_the_fit_of_files_together_is_that_of_all_their_tags(first, second):
    first, second = ([[iob.parse(tag) for tag in tags] for tags in side] for side in (first, second))
    assert iob.SchemeFit.of(first) + iob.SchemeFit.of(second) == iob.SchemeFit.of([*first, *second])
    assert iob.detect(first) in iob.SchemeFit.of(first).best


@pytest.mark.parametrize("scheme", iob.SCHEMES)
@given(any_tags)
def test_a_chunk_is_well_formed_if_it_is_written_as_the_scheme_writes_it(scheme, tags):
    kept = [tag if tag[0] in f"O{iob.ALPHABETS[scheme]}" else "O" for tag in tags]
    parsed = [iob.parse(tag) for tag in kept]
    written = encode(iob.decode(parsed), len(kept), scheme)
    right = [c for c in iob.decode(parsed) if written[c.first : c.stop] == kept[c.first : c.stop]]
    assert iob.well_formed_chunks(parsed, scheme) == right
