"""Mutations of files: what a hand, a program or a disk may do to them. The same seed gives the same mutation."""

import re
from dataclasses import dataclass

KEY = re.compile(rb'"([A-Za-z_]\w*)"(?=\s*:)')
NUMBER = re.compile(rb"(?<![\w.])-?\d+(?![\w.])")
NUMBERS = (b"0", b"-1", b"1", b"99999", b"9223372036854775807", b"1e999", b"NaN", b'"3"', b"1.5", b"null", b"[]", b"")
VALUE = re.compile(rb'(?<=: )("[^"\n]*"|-?\d+|\[|\{|null|true|false)|(?<=":)("[^"\n]*"|-?\d+|null|true|false)')
VALUES = (b"null", b"[]", b"{}", b'""', b"0", b'"x"', b"true", b"[[]]", b'"\\ud800"')
INSERTED = (
    b"\0",
    b"\xff",
    b"\n",
    b"\r",
    b"\t",
    b" ",
    b'"',
    b"{",
    b"]",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\x9a\xa2",
    b"[" * 300,
)


def flip_bit(data, random):
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def truncate(data, random):
    return data[: random.randrange(len(data))]


def delete_bytes(data, random):
    at = random.randrange(len(data))
    return data[:at] + data[at + random.randrange(1, 20) :]


def insert_bytes(data, random):
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(INSERTED) + data[at:]


def _lines(change):
    def mutate(data, random):
        lines = data.split(b"\n")
        change(lines, random)
        return b"\n".join(lines)

    return mutate


@_lines
def duplicate_line(lines, random):
    lines.insert(random.randrange(len(lines) + 1), random.choice(lines))


@_lines
def delete_line(lines, random):
    del lines[random.randrange(len(lines))]


@_lines
def swap_lines(lines, random):
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]


@_lines
def drop_cell(lines, random):
    number = random.randrange(len(lines))
    cells = re.split(rb"([\t ]+)", lines[number])
    del cells[random.randrange(len(cells))]
    lines[number] = b"".join(cells)


def _replace_one(pattern, replacements):
    def mutate(data, random):
        found = list(pattern.finditer(data))
        if not found:
            return flip_bit(data, random)
        match = random.choice(found)
        return data[: match.start()] + random.choice(replacements) + data[match.end() :]

    return mutate


change_number = _replace_one(NUMBER, NUMBERS)
change_value = _replace_one(VALUE, VALUES)


def rename_key(data, random):
    """Renames a key wherever it occurs."""
    keys = sorted({match[1] for match in KEY.finditer(data)})
    if not keys:
        return drop_column(data, random)
    key = random.choice(keys)
    return re.sub(rb'"%b"(?=\s*:)' % key, b'"%b_%d"' % (key, random.randrange(9)), data)


def rename_one_key(data, random):
    """Renames a key at one place."""
    found = list(KEY.finditer(data))
    if not found:
        return drop_column(data, random)
    match = random.choice(found)
    return data[: match.end(1)] + b"_x" + data[match.end(1) :]


def drop_column(data, random):
    """Drops a column of a table from all lines that have as many as most."""
    lines = data.split(b"\n")
    for separator in (b"\t", b" ", b","):
        counts = [line.count(separator) for line in lines if line.strip()]
        width = max(set(counts), key=counts.count, default=0)
        if width:
            column = random.randrange(width + 1)
            return b"\n".join(_without(line, separator, column, width) for line in lines)
    return delete_line(data, random)


def _without(line, separator, column, width):
    cells = line.split(separator)
    return separator.join(cells[:column] + cells[column + 1 :]) if len(cells) == width + 1 else line


@dataclass(frozen=True)
class Mutation:
    """A mutation of bytes.

    Args:
        apply: the bytes changed, given the bytes and a `random.Random`.
        keeps_annotation: whether all annotation is still there, if under other names.
    """

    apply: object
    keeps_annotation: bool = False


MUTATIONS = {
    function.__name__: Mutation(function)
    for function in (
        flip_bit, truncate, delete_bytes, insert_bytes, duplicate_line, delete_line, swap_lines, drop_cell,
    )
} | {
    "change_number": Mutation(change_number),
    "change_value": Mutation(change_value),
    "rename_key": Mutation(rename_key, keeps_annotation=True),
    "rename_one_key": Mutation(rename_one_key, keeps_annotation=True),
    "drop_column": Mutation(drop_column),
}  # fmt: skip
