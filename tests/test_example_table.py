"""Examples whose texts are in a file: what was put in comes out, in any order and however little is in memory."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.example_table import ExampleStore, ExampleTable, PartsFile, StoredValues, TextsById, joined, parts_of
from helpers import strategies

examples = st.lists(strategies.examples(spans=partial(strategies.spans, flat=False)), max_size=8)


@given(parts=st.lists(st.binary(max_size=12)), in_memory=st.integers(0, 40), data=st.data())
def test_parts_come_back_in_any_order_and_while_others_are_added(parts, in_memory, data):
    file = PartsFile(in_memory)
    for number, part in enumerate(parts):
        file.append(part)
        asked = data.draw(st.integers(0, number))
        assert file[asked] == parts[asked]
    assert len(file) == len(parts)
    for number in data.draw(st.permutations(range(len(parts)))):
        assert file[number] == parts[number]


def test_many_parts_are_read_ahead_and_back():
    file = PartsFile(in_memory=1000)
    parts = [bytes([number % 256]) * (number % 700) for number in range(3000)]
    file.append(*parts)
    assert [file[number] for number in range(3000)] == parts
    assert [file[number] for number in reversed(range(3000))] == parts[::-1]


@given(examples)
def test_a_table_has_the_examples_that_were_put_in(given_examples):
    table = ExampleTable.of(given_examples)
    assert table == given_examples
    assert [*table] == given_examples
    assert table[::-1] == given_examples[::-1]
    assert [table.id(n) for n in range(len(table))] == [example.id for example in given_examples]
    assert ExampleTable.of(table) is table


@given(examples, st.data())
def test_some_of_the_examples_in_another_order(given_examples, data):
    numbers = data.draw(st.lists(st.integers(0, len(given_examples) - 1))) if given_examples else []
    table = ExampleTable.of(given_examples).take(numbers)
    assert table == [given_examples[number] for number in numbers]
    assert table.articles == list(dict.fromkeys(example.article for example in table))
    assert [table.articles[number] for number in table.article_numbers] == [example.article for example in table]
    wanted = {example.article for example in given_examples[:2]}
    assert table.are_of(wanted).tolist() == [example.article in wanted for example in table]


@given(examples, examples)
def test_the_spans_of_two_tables_joined(first, second):
    spans = joined(ExampleTable.of(first).spans, ExampleTable.of(second).spans)
    assert [spans[number] for number in range(len(spans))] == [example.spans for example in (*first, *second)]
    assert spans.occurring == tuple(sorted({span.label for example in (*first, *second) for span in example.spans}))


@given(examples, st.integers(1, 5))
def test_the_parts_are_all_examples_once_in_order(given_examples, most):
    spans = ExampleTable.of(given_examples).spans
    parts = [*parts_of(spans, spans, most=most)]
    assert [n for part in parts for n in range(part.start, part.stop)] == [*range(len(given_examples))]
    assert all(part.stop - part.start == 1 or 2 * int(np.diff(spans.first)[part].sum()) <= most for part in parts)


def test_an_index_beyond_the_end_is_refused():
    table = ExampleTable.of([Example("a", "b")])
    assert table[-1] == table[0]
    with pytest.raises(IndexError):
        table[1]


def test_the_further_keys_are_those_of_the_examples_or_of_others():
    gold = ExampleTable.of([Example("a", "A"), Example("b", "B", extra={"keep": [1, {"x": None}]})])
    other = ExampleTable.of([Example("c", "C", extra={"rules": ["r"]})])
    assert [example.extra for example in gold] == [{}, {"keep": [1, {"x": None}]}]
    assert [example.extra for example in gold.with_spans(gold.spans)] == [{}, {}]
    with_others = gold.with_spans(gold.spans, extras=(other, np.array([0, -1])))
    assert [example.extra for example in with_others] == [{"rules": ["r"]}, {}]
    assert [example.extra for example in with_others.take([1, 0])] == [{}, {"rules": ["r"]}]


def test_texts_by_id_are_of_the_last_example_and_others_have_precedence():
    table = ExampleTable.of([Example("a", "A"), Example("b", "B"), Example("a", "A2")])
    texts = TextsById(table, {"b": "other", "c": "C"})
    assert dict(texts) == {"a": "A2", "b": "other", "c": "C"}
    assert len(texts) == 3
    assert "d" not in texts


def test_stored_values_are_equal_to_what_they_were_made_of():
    values = [Span(0, 1, "A"), ("x", None), {"y": 2}]
    assert StoredValues.of(values) == values


@settings(max_examples=30)
@given(examples)
def test_the_digests_of_many_ids_find_the_examples(given_examples):
    table = ExampleTable.of(given_examples)
    ids = {example.id for example in given_examples[::2]} | {"none of them"}
    found = table.numbers_of(ids)
    expected = {name: [n for n, e in enumerate(given_examples) if e.id == name] for name in ids}
    assert found == {name: numbers for name, numbers in expected.items() if numbers}


def test_spans_alone_can_be_added():
    store = ExampleStore()
    assert [store.append_spans([Span(0, 2, "A")]), store.append_spans(())] == [0, 1]
    assert [store.spans()[number] for number in range(2)] == [(Span(0, 2, "A"),), ()]
