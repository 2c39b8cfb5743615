"""Which example a row of an export is about, where imports of exports brought old numbers."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.doccano.client.listed_numbers import ListedNumbers
from goldspan.doccano.client.schema import ExampleRow
from goldspan.doccano.export_rows import ListedExamples, ShownNumbers, are_listed, row_key, shown_number
from goldspan.formats import doccano

OWN = "goldspan_id"


def listed(number, text="text", **meta):
    return ExampleRow(number, text, {OWN: f"a.p{number}", **meta}, confirmed=False, comments=0)


def row_of(example):
    """The row as Doccano 1.8 makes it: `{"id": …, "data": …, **meta}`, then `data` is called `text`."""
    row = {"id": example.id, "data": example.text, **example.meta}
    return {"text": row.pop("data"), **row}


class ListServer:
    """A server with the list of one project, which counts what is asked for."""

    def __init__(self, examples, plain=()):
        self.list, self.plain, self.asked = list(examples), set(plain), []

    def examples_at(self, _, offset, limit):
        self.asked.append((offset, limit))
        return self.list[offset : offset + limit]

    def plain_examples(self, _):
        return self.plain


def verified(server, rows):
    return are_listed(server, 1, {row["id"]: row.get(OWN) for row in rows})


def test_a_run_of_numbers_is_verified_by_its_ends():
    server = ListServer(map(listed, range(101, 1101)))
    assert verified(server, map(row_of, server.list))
    assert server.asked == [(0, 1), (999, 1)]


def test_what_was_listed_before_is_not_asked_for_again():
    server = ListServer(map(listed, range(1, 100)), plain=range(1, 100))
    assert verified(server, map(row_of, server.list))
    assert server.asked == []


@given(st.sets(st.integers(1, 60), min_size=1), st.data())
def test_numbers_of_others_are_never_taken_for_verified(numbers, data):
    """Whichever examples an import brought, and whichever old numbers they have."""
    numbers = sorted(numbers)
    old = {number: data.draw(st.integers(1, 70) | st.just(number)) for number in numbers}
    server = ListServer(listed(n) if old[n] == n else listed(n, id=old[n]) for n in numbers)
    shown = [row_of(example)["id"] for example in server.list]
    if len(set(shown)) == len(shown):  # else the snapshot does not ask
        assert verified(server, map(row_of, server.list)) == (shown == numbers)


@pytest.mark.parametrize("keys", [{"id": 3}, {"Comments": []}, {"label": []}, {"username": "ann"}, {"data": "x"}])
def test_keys_of_an_export_are_seen_at_the_end_of_a_run(keys):
    server = ListServer([listed(1), listed(2), listed(3, **keys)])
    assert not verified(server, map(row_of, server.list))


def test_doubled_ids_without_old_numbers_are_seen_inside_a_run():
    examples = [listed(n) for n in (1, 2, 3)]
    again = [ExampleRow(n, "text", {OWN: f"a.p{n - 3}", "Comments": []}, confirmed=False, comments=0) for n in (4, 5)]
    server = ListServer([*examples, *again, listed(6)])
    assert not verified(server, map(row_of, server.list))


def test_an_example_that_came_or_went_is_not_taken_for_another():
    server = ListServer(map(listed, (1, 3, 4)))
    assert not verified(server, [{"id": n} for n in (1, 2, 3)])


@given(st.lists(st.tuples(st.none() | st.integers(1, 12) | st.sampled_from(["x", None]), st.sampled_from("ab"))))
def test_a_row_is_never_taken_for_an_example_that_is_not_its_own(examples):
    made = [listed(n, text, **({} if old is None else {"id": old})) for n, (old, text) in enumerate(examples, 1)]
    known = ListedExamples(made)
    keys = Counter(row_key(row_of(example)) for example in made)
    for example in made:
        row = row_of(example)
        alone = keys[row_key(row)] == 1
        assert known.number(row) == (example.id if alone else None)
        if not alone or "id" in example.meta:
            assert known.doubt(example.id)
        assert known.stored_row(example.id, row)["id"] == example.id


def test_the_true_text_of_an_example_whose_key_hides_it_is_known():
    example = listed(1, "true", data="hidden")
    known = ListedExamples([example])
    assert known.number(row_of(example)) == 1
    assert known.stored_row(1, row_of(example))["text"] == "true"


def test_why_an_example_is_left_alone_is_said_with_the_numbers():
    known = ListedExamples([listed(4), listed(9, id=4), listed(10, id=10), listed(11, "more", id="x")])
    assert known.doubt(4) == "an import of an export doubled it: number 9 has its old number, 4"
    assert known.doubt(9) == "it was imported from an export, and its old number 4 hides its own, 9"
    assert known.doubt(10) == "it was imported from an export"
    assert known.doubt(11) == "it was imported from an export, and its key id hides its number, 11"


@pytest.mark.parametrize(
    ("value", "shown"), [(7, 7), (7.0, 7), (7.5, None), ("7", "7"), (None, None), (True, None), ([7], None)]
)
def test_what_a_row_shows_as_its_number(value, shown):
    assert shown_number(value) == shown
    assert ShownNumbers().number({"id": value}) == (shown if isinstance(shown, int) else None)


def test_no_key_that_goldspan_sends_is_taken_for_one_of_an_export():
    sent = (*doccano.EARLIER_KEYS, *doccano.PANEL_KEYS, doccano.KEY)
    assert not listed(1, **dict.fromkeys(sent, "x")).has_own_keys


class NumberList:
    def __init__(self, numbers):
        self.numbers, self.requests, self.whole = sorted(numbers), 0, 0

    def at(self, offset, limit):
        self.requests += 1
        assert offset >= 0
        return self.numbers[offset : offset + limit]

    def every(self):
        self.whole += 1
        return self.numbers

    def known(self):
        return ListedNumbers(lambda: len(self.numbers), self.at, self.every)


@given(st.sets(st.integers(0, 400), max_size=200), st.lists(st.integers(0, 400), max_size=20))
def test_a_number_is_found_exactly_if_the_list_has_it(numbers, wanted):
    known = NumberList(numbers).known()
    for number in wanted:
        assert known.missing([number]) == [number] * (number not in numbers)
    assert known.missing(wanted) == sorted(set(wanted) - numbers)


def test_numbers_one_after_the_other_cost_little_and_never_the_whole_list():
    there = NumberList(range(5_000, 15_000))
    known = there.known()
    for number in range(12_000, 12_400):
        assert known.missing([number]) == []
    assert (there.requests < 110, there.whole) == (True, 0)


def test_scattered_numbers_of_a_list_with_gaps_cost_a_few_requests_each():
    there = NumberList(number for number in range(10_000) if number % 30)
    known = there.known()
    for number in range(7, 10_000, 311):
        assert known.missing([number]) == [number] * (number % 30 == 0)
    assert there.requests < 5 * 33


def test_of_many_numbers_the_whole_list_is_read_once():
    there = NumberList(range(100))
    assert there.known().missing(range(50, 101)) == [100]
    assert (there.requests, there.whole) == (0, 1)


def test_a_list_in_another_order_is_read_whole_before_a_number_is_refused():
    there = NumberList(range(200))
    there.numbers = there.numbers[::-1]
    assert there.known().missing([150, 300]) == [300]
