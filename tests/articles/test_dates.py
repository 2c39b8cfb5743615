"""A date is read where it names one day, and is none where it may name another."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.articles.dates import is_ambiguous, publication_date


@pytest.mark.parametrize(
    ("value", "language", "day"),
    [
        ("2024-05-03T10:00:00+02:00", "en", "2024-05-03"),
        ("2024-05-03", "en", "2024-05-03"),
        ("20240503", "en", "2024-05-03"),
        (20240503, "en", "2024-05-03"),
        ("2024. 5. 3.", "ko", "2024-05-03"),
        ("13/04/2024", "en", "2024-04-13"),
        ("04/13/2024 10:15", "en", "2024-04-13"),
        ("05/05/2024", "en", "2024-05-05"),
        ("03.04.2024", "de", "2024-04-03"),
        ("3. 5. 2024", "cs", "2024-05-03"),
        ("3. Mai 2024", "de", "2024-05-03"),
        ("vrijdag 3 mei 2024, 10:15 uur", "nl", "2024-05-03"),
        ("May 3, 2024", "nl", "2024-05-03"),
        ("Sept. 3rd, 2024", "en", "2024-09-03"),
        ("1er mai 2024", "fr", "2024-05-01"),
        ("3 de mayo de 2024", "es", "2024-05-03"),
        ("3 мая 2024 г.", "ru", "2024-05-03"),
        ("2024年5月3日", "zh", "2024-05-03"),
        ("٣ مايو ٢٠٢٤", "ar", "2024-05-03"),
        ("Fri, 03 May 2024 08:00:00 GMT", "en", "2024-05-03"),
        ("Fri May  3 10:27:24 2024", "de", "2024-05-03"),
        ("Fri May 3 10:27:24 CEST 2024", "en", "2024-05-03"),
        ("Fr., 03.05.2024 - 14:45 Uhr", "de", "2024-05-03"),
        ("03/04/2024", "en", None),
        ("31/02/2024", "en", None),
        ("2024-13-01", "en", None),
        ("3 mei 2024", "xx", None),
        ("May 2024", "en", None),
        ("3 May 2024 was a good day", "en", None),
        ("2024-05-03 some words", "en", None),
        ("1714723200", "en", None),
        ("0001-01-01", "en", None),
        ("", "en", None),
        (True, "en", None),
        (None, "en", None),
        ("9" * 5000, "en", None),
    ],
)
def test_a_date_is_the_day_that_it_names_or_none(value, language, day):
    assert publication_date(value, language) == day


@pytest.mark.parametrize(
    ("value", "expected"),
    [("03/04/2024", True), ("3-4-2024", True), ("03.04.2024", False), ("13/04/2024", False), ("soon", False)],
)
def test_a_date_of_two_days_is_told_from_no_date(value, expected):
    assert is_ambiguous(value) is expected


@given(st.dates(dt.date(1600, 1, 1), dt.date(2199, 12, 31)))
def test_every_day_is_read_back_in_every_order_that_is_stated(day):
    for form, order in [("%d/%m/%Y", "day-first"), ("%m/%d/%Y", "month-first"), ("%Y-%m-%d", None), ("%d.%m.%Y", None)]:
        assert publication_date(day.strftime(form), "en", order) == day.isoformat()


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text):
    found = publication_date(text, "de")
    assert found is None or dt.date.fromisoformat(found)
