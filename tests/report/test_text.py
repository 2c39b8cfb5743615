import pytest

from goldspan.report.text import enumerate_names


@pytest.mark.parametrize(
    ("names", "words"),
    [([], "nobody"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_names_are_enumerated(names, words):
    assert enumerate_names(names, empty="nobody") == words


def test_of_many_names_the_rest_is_counted():
    assert enumerate_names(map(str, range(2_000)), most=2) == "0, 1 and 1,998 more"
    assert enumerate_names("abc", most=3) == "a, b and c"
    assert enumerate_names([]) == ""
