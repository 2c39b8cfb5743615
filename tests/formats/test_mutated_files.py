"""Every reader over mutations of valid files: records or an `InputError`, and no span that goes without a word.

The samples are all files of `tests/data/formats`; every format of the registry must have one.
"""

import json
import math
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from goldspan import formats
from goldspan.errors import GoldspanError, InputError
from helpers.damage import run
from helpers.mutations import MUTATIONS

DATA = Path(__file__).parents[1] / "data" / "formats"
SAMPLES = sorted(path for path in DATA.iterdir() if not path.name.startswith("."))
SLOW_TO_READ = {"cas": 12, "dataset": 8, "docbin": 8}  # so many times fewer mutations
SEVERAL_COLUMNS_OF_TAGS = {"germeval.tsv"}  # where one is dropped the others are read, as in a file that never had it
MUTATED = 20_000
SEED = 20_240_607


def _files(sample):
    """The files of a sample that are mutated, relative to its own path."""
    return sorted(path.relative_to(sample) for path in sample.rglob("*") if path.is_file()) if sample.is_dir() else [""]


def _read(path, name):
    """The valid examples of a file, how many notes there were and how many errors; any other exception is a fault."""
    examples, notes, errors = [], 0, 0
    try:
        for record in formats.get(name).scan(path):
            if isinstance(record, InputError):
                errors += 1
                continue
            notes += len(record.notes)
            try:
                examples.append(record.example())
            except InputError:
                errors += 1
    except GoldspanError as error:
        assert str(error)  # noqa: PT017  (no error is as good)
        errors += 1
    return examples, notes, errors


def _span_count(examples):
    return sum(len(example.spans) for example in examples)


def _simple_reading(path, name):
    """The spans of a file as the simplest program reads them; None for a format that has no such program here."""
    if name != "gold":
        return None
    rows = [json.loads(line) for line in path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    return [sorted(tuple(span[:3]) for span in row["spans"]) for row in rows]


def _judge(path, name, before):
    """What became of a mutated file: `accepted` or `refused`.

    Args:
        path: the file or folder.
        name: of its format.
        before: how many spans the file had, if all annotation is still there, else 0.

    Raises:
        AssertionError: if spans were lost without an error or a note, or others were read than are there.
    """
    examples, notes, errors = _read(path, name)
    if errors:
        return "refused"
    if not notes and all(example.is_annotated for example in examples):
        assert _span_count(examples) >= before, "spans are lost without a word"
    simple = _simple_reading(path, name)
    if simple is not None:
        assert simple == [sorted((s.start, s.end, s.label) for s in example.spans) for example in examples]
    return "accepted"


def _mutate(sample, count, folder, counts):
    """Mutates a sample so many times and judges each; what is wrong is listed, not raised."""
    name = formats.detect(sample)
    place = folder / sample.name
    shutil.copytree(sample, place) if sample.is_dir() else shutil.copy(sample, place)
    before = _span_count(_read(place, name)[0])
    chance = random.Random(f"{SEED} {sample.name}")  # noqa: S311  (not for secrets)
    originals = {file: (sample / file).read_bytes() for file in _files(sample)}
    wrong = []
    for number in range(count):
        file = chance.choice(list(originals))
        kind = chance.choice(list(MUTATIONS))
        data = MUTATIONS[kind].apply(originals[file], chance) if originals[file] else b"x"
        (place / file).write_bytes(data)
        try:
            keeps = MUTATIONS[kind].keeps_annotation and sample.name not in SEVERAL_COLUMNS_OF_TAGS
            counts[name, _judge(place, name, before if keeps else 0)] += 1
            if number % 200 == 0:
                run("convert", place, "--from", name, "--to", "gold", "-o", folder / "out.jsonl")
                run("check", place)
        except Exception as error:  # noqa: BLE001  (all are listed together)
            wrong.append(f"{sample.name}/{file} {number} {kind}: {type(error).__name__}: {error!s:.300}")
        (place / file).write_bytes(originals[file])
    return wrong


def test_every_format_has_a_sample():
    assert {formats.detect(sample) for sample in SAMPLES} == set(formats.NAMES)


def _report(counts):
    for name in formats.NAMES:
        accepted, refused = counts[name, "accepted"], counts[name, "refused"]
        print(f"{name:12} {accepted + refused:6,} mutations: {accepted:6,} read, {refused:6,} refused")
    print(f"{'all':12} {sum(counts.values()):6,} mutations")


def _shares(total):
    """How many mutations each sample gets: equal parts, except that formats that are slow to read get fewer."""
    weights = [1 / SLOW_TO_READ.get(formats.detect(sample), 1) for sample in SAMPLES]
    return [math.ceil(total * weight / sum(weights)) for weight in weights]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_mutated_files_are_read_whole_or_refused(sample, tmp_path):
    wrong = _mutate(sample, 300 // len(SAMPLES) + 1, tmp_path, Counter())
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_twenty_thousand_mutated_files_are_read_whole_or_refused(tmp_path):
    counts = Counter()
    wrong = []
    for sample, count in zip(SAMPLES, _shares(MUTATED), strict=True):
        wrong += _mutate(sample, count, tmp_path, counts)
    print()
    _report(counts)
    assert sum(counts.values()) + len(wrong) >= MUTATED
    assert not wrong, "\n".join(wrong)
