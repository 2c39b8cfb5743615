"""Long lists that change while they are read."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.doccano.client import api, paging
from goldspan.doccano.client.paging import PagedList
from goldspan.errors import ServerError


def fickle(numbers, changes):
    """Pages of a list that changes after each; and what was in it all the time."""
    now, throughout, changes = list(numbers), set(numbers), iter(changes)

    def fetch(limit, offset):
        page = {"count": len(now), "results": [{"id": number} for number in now[offset : offset + limit]]}
        for place, is_new in next(changes, ()):
            if is_new:
                now.append(max([*now, *numbers], default=0) + 1)
            elif now:
                throughout.discard(now.pop(place % len(now)))
        return page

    return fetch, throughout


CHANGES = st.lists(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=3), max_size=20)


@given(st.lists(st.integers(0, 99), unique=True, max_size=40), CHANGES, st.integers(2, 9))
def test_an_entry_that_stays_is_never_lost_while_others_come_and_go(numbers, changes, size):
    fetch, throughout = fickle(sorted(numbers), changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging, "PAGE", size)
        try:
            read = [entry["id"] for entry in PagedList(fetch, "entries", "the answer").distinct()]
        except ServerError as error:
            assert "changed each time" in str(error)  # noqa: PT017  (which of the two happens is left to chance)
            return
    assert len(read) == len(set(read))
    assert throughout <= set(read)


@given(st.lists(st.integers(0, 9), max_size=40).map(sorted), st.integers(2, 9))
def test_a_list_is_read_as_often_as_the_server_lists_each(numbers, size):
    fetch, _ = fickle(numbers, ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging, "PAGE", size)
        assert [entry["id"] for entry in PagedList(fetch, "entries", "the answer").as_listed()] == numbers


def test_a_list_that_stays_shorter_than_announced_is_an_error():
    with pytest.raises(ServerError, match="list of things changed each time that it was read, 5 times"):
        list(PagedList(lambda _, offset: {"count": 3, "results": [{"id": 1}][offset:]}, "things", "it").distinct())


@pytest.mark.parametrize("page", [[], {}, {"count": 1}, {"count": "1", "results": []}, {"count": 1, "results": [1]}])
def test_a_page_of_the_wrong_shape_is_refused(page):
    with pytest.raises(ServerError, match=r"the answer to GET /v1/things (is|lacks) "):
        list(PagedList(lambda *_: page, "things", "the answer to GET /v1/things").distinct())


def test_one_module_alone_imports_the_library():
    sources = Path(api.__file__).parents[2]
    importing = re.compile(r"^\s*(?:from|import) doccano_client\b", re.MULTILINE)
    importers = [path.name for path in sources.rglob("*.py") if importing.search(path.read_text(encoding="utf-8"))]
    assert importers == ["api.py"]
