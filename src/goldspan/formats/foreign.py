r"""The formats that goldspan does not read but can name: what their files begin with, and what to do with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldspan.formats.sample import FileSample

UNPACK = "Unpack it, and name the files in it."
AS_TEXT = "Save it as plain text in UTF-8; annotation in it must be exported by the program that made it."
AS_XML = "Convert its annotation to brat, CoNLL or JSONL with the tools of its own format."
AS_JSONL = 'Write a line {"text": …, "spans": [{"start": …, "end": …, "label": …}]} for each of its texts.'
ENCODING = "Convert it to UTF-8, e.g. with iconv."


@dataclass(frozen=True, slots=True)
class ForeignFormat:
    """A format that is not read.

    Args:
        title: what people call it, with an article.
        remedy: what to do with such a file, as a sentence.
        patterns: all are in the beginning of its files.
    """

    title: str
    remedy: str
    patterns: tuple[re.Pattern[bytes], ...]


def _format(title: str, remedy: str, *patterns: bytes) -> ForeignFormat:
    return ForeignFormat(title, remedy, tuple(re.compile(pattern, re.DOTALL) for pattern in patterns))


# In this order: what is more particular stands first.
FOREIGN = (
    _format("a text in UTF-32", ENCODING, rb"\A(?:\xff\xfe\0\0|\0\0\xfe\xff)"),
    _format("a text in UTF-16", ENCODING, rb"\A(?:\xff\xfe|\xfe\xff|(?:[^\0]\0){8}|(?:\0[^\0]){8})"),
    _format("a PDF document", AS_TEXT, rb"\A%PDF-"),
    _format("a Word document", AS_TEXT, rb"\APK\x03\x04", rb"word/"),
    _format("an Excel workbook", "Save the sheet as a file of one of the formats below.", rb"\APK\x03\x04", rb"xl/"),
    _format("an OpenDocument file", AS_TEXT, rb"\APK\x03\x04.{26}mimetypeapplication/vnd\.oasis"),
    _format("a ZIP archive", UNPACK, rb"\APK(?:\x03\x04|\x05\x06)"),
    _format("a file of an older Microsoft Office", AS_TEXT, rb"\A\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    _format("an RTF document", AS_TEXT, rb"\A\{\\rtf"),
    _format("compressed with gzip", UNPACK, rb"\A\x1f\x8b"),
    _format("compressed with bzip2", UNPACK, rb"\ABZh[1-9]1AY&SY"),
    _format("compressed with xz", UNPACK, rb"\A\xfd7zXZ\0"),
    _format("compressed with Zstandard", UNPACK, rb"\A\x28\xb5\x2f\xfd"),
    _format("a 7-Zip archive", UNPACK, rb"\A7z\xbc\xaf\x27\x1c"),
    _format("a RAR archive", UNPACK, rb"\ARar!\x1a\x07"),
    _format("a tar archive", UNPACK, rb"\A.{257}ustar"),
    _format("an SQLite database", "Export its annotation with the program that made it.", rb"\ASQLite format 3\0"),
    _format(
        "a Python pickle",
        f"It could run any program when it is read. Load it where it was made. {AS_JSONL}",
        rb"\A\x80[\x02-\x05]",
    ),
    _format("an image", "Only text can be read.", rb"\A(?:\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a)"),
    _format("GATE XML", AS_XML, rb"<GateDocument[\s>]"),
    _format("BioC XML", f"{AS_XML} bconv writes BioC as brat and CoNLL.", rb"<collection[\s>]", rb"<passage[\s>]"),
    _format("BioC XML", f"{AS_XML} bconv writes BioC as brat and CoNLL.", rb"BioC\.dtd"),
    _format("TEI XML", AS_XML, rb"<(?:\w+:)?(?:TEI|teiCorpus)[\s>.]"),
    _format("NAF XML", AS_XML, rb"<NAF[\s>]"),
    _format("an ACE annotation file", AS_XML, rb"<source_file[\s>]", rb"<document[\s>]"),
    _format("HTML", AS_TEXT, rb"(?i)\A\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]"),
    _format("XML", AS_XML, rb"\A\s*<(?:\?xml\s|!DOCTYPE\s|[A-Za-z_][\w:.-]*(?:\s+[\w:.-]+=\"|>))"),
    _format(
        "PubTator",
        f"{AS_XML} bconv writes PubTator as brat and CoNLL.",
        rb"(?:\A|\n)[^\s|]+\|t\|[^\n]*\r?\n[^\s|]+\|a\|",
    ),
    _format(
        "the JSON of spaCy 2",
        "Convert it with `python -m spacy convert FILE FOLDER -c json`, which writes a DocBin.",
        rb"\A\s*[\[{]",
        rb'"paragraphs"\s*:\s*\[\s*\{',
        rb'"sentences"\s*:\s*\[',
    ),
    _format("BioC JSON", AS_JSONL, rb"\A\s*[\[{]", rb'"passages"\s*:\s*\[', rb'"infons"\s*:'),
    _format("the JSON of tagtog", AS_JSONL, rb"\A\s*\{", rb'"annotatable"\s*:', rb'"anncomplete"\s*:'),
    _format("the JSON of LightTag", AS_JSONL, rb"\A\s*[\[{]", rb'"annotations_and_examples"|"tagged_token_id"'),
    _format("the records of Argilla", AS_JSONL, rb"\A\s*[\[{]", rb'"fields"\s*:', rb'"(?:responses|suggestions)"\s*:'),
    _format(
        "the CSV of Label Studio",
        "Export the project as JSON: it alone has what each person did.",
        rb"\A(?!\s*[\[{])[^\n]*\bannotation_id\b",
        rb"\A[^\n]*\bannotator\b",
    ),
)  # fmt: skip


def recognize(sample: FileSample) -> ForeignFormat | None:
    """The format of a file that goldspan does not read; None if it is none of those that it can name."""
    return next((entry for entry in FOREIGN if all(pattern.search(sample.head) for pattern in entry.patterns)), None)
