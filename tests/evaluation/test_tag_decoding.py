import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import iob
from goldspan.errors import InvalidValueError
from goldspan.evaluation.hooks import TagSet, decode

NAMES = ("O", *(f"{prefix}-{label}" for label in ("A", "B") for prefix in "BIES"))
documents = st.lists(st.lists(st.sampled_from(NAMES), max_size=9), max_size=5)


def decoded(sequences, names=NAMES, scheme=None, repair="conlleval"):
    tags = TagSet.of(names, scheme)
    ids = np.array([names.index(tag) for tags in sequences for tag in tags], np.int64)
    chunks = decode(ids, np.array([len(tags) for tags in sequences], np.int64), tags, repair)
    columns = (chunks.document, chunks.first, chunks.stop, chunks.label)
    rows = [(d, f, s, tags.labels[lab]) for d, f, s, lab in zip(*(c.tolist() for c in columns), strict=True)]
    return rows, chunks.malformed


@given(documents, st.sampled_from(iob.SCHEMES))
def test_decoding_arrays_equals_decoding_tag_by_tag(sequences, scheme):
    parsed = [[iob.parse(tag) for tag in tags] for tags in sequences]
    rows, malformed = decoded(sequences, scheme=scheme)
    assert rows == [(number, *chunk) for number, tags in enumerate(parsed) for chunk in iob.decode(tags)]
    assert malformed == sum(len(iob.malformed(tags, scheme)) for tags in parsed)


@given(documents, st.sampled_from(iob.SCHEMES))
def test_strict_leaves_out_the_chunks_with_a_malformed_tag_and_no_other(sequences, scheme):
    parsed = [[iob.parse(tag) for tag in tags] for tags in sequences]
    kept, malformed = decoded(sequences, scheme=scheme, repair="strict")
    assert kept == [(n, *chunk) for n, tags in enumerate(parsed) for chunk in iob.well_formed_chunks(tags, scheme)]
    assert malformed == decoded(sequences, scheme=scheme)[1]


def test_a_chunk_ends_with_its_document():
    rows, malformed = decoded([["O", "B-A"], [], ["I-A", "I-A", "I-B"]])
    assert rows == [(0, 1, 2, "A"), (2, 0, 2, "A"), (2, 2, 3, "B")]
    assert malformed == 4  # in BIOES, which the names speak: no chunk ends in E or S


def test_no_document_and_no_token_have_no_chunk():
    assert decoded([]) == decoded([[], []]) == decoded([["O"]]) == ([], 0)


@pytest.mark.parametrize(
    ("names", "scheme"),
    [(["O", "B-A", "I-A"], "IOB2"), (["O", "I-A", "E-A"], "IOE2"), (["U-A", "O"], "BIOES"), (["O"], "IOB2")],
)
def test_the_prefixes_tell_the_scheme(names, scheme):
    assert TagSet.of(names).scheme == scheme


def test_labels_come_in_the_order_of_their_classes():
    assert TagSet.of(["O", "B-B", "B-A"]).labels == ("B", "A")


def test_a_class_id_without_a_name_is_refused():
    tags = TagSet.of(["O", "B-A"])
    for wrong in (-100, 2):
        with pytest.raises(InvalidValueError, match=f"class id {wrong} has no tag: there are 2 names"):
            decode(np.array([0, wrong]), np.array([2]), tags)


def test_a_name_that_is_no_tag_is_refused():
    with pytest.raises(InvalidValueError, match="'LABEL_0' is not a tag"):
        TagSet.of(["LABEL_0", "LABEL_1"])


def test_an_unknown_repair_is_refused():
    with pytest.raises(InvalidValueError, match="no repair 'lenient'"):
        decode(np.array([0]), np.array([1]), TagSet.of(["O"]), "lenient")
