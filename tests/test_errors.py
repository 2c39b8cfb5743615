"""Errors say where, what and what to do, on one or two lines."""

from goldspan.errors import InputError


def test_a_name_from_a_file_cannot_begin_a_line_of_its_own():
    error = InputError("is broken", file="a\nb.jsonl", line=3, example="x\ngoldspan: all is well\x1b[2J")
    assert str(error) == "a\\nb.jsonl:3: x\\ngoldspan: all is well\\x1b[2J: is broken"
