"""Files of formats that goldspan does not read are refused by the name of their format."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import tarfile
import zipfile

import pytest

from goldspan import formats
from goldspan.errors import InputError
from goldspan.formats.foreign import FOREIGN

TEXT = "Marsh left Port Ellis.\nNobody knew why.\n"
BIOC = (
    '<?xml version="1.0"?><collection><document><id>1</id><passage><offset>0</offset></passage></document></collection>'
)
GATE = '<?xml version="1.0"?><GateDocument version="3"><TextWithNodes><Node id="0"/>Rom</TextWithNodes></GateDocument>'
PUBTATOR = "12|t|Naloxone reverses effect.\n12|a|It helps rats.\n12\t0\t8\tNaloxone\tChemical\tD009270\n"
SPACY2 = [{"id": 0, "paragraphs": [{"raw": "Rom", "sentences": [{"tokens": [{"orth": "Rom", "ner": "U-LOC"}]}]}]}]


def archive(*names):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name in names:
            file.writestr(name, TEXT)
    return data.getvalue()


def tar():
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as file:
        file.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    return data.getvalue()


def database(tmp_path):
    path = tmp_path / "made.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table a (b)")
    connection.close()
    return path.read_bytes()


SAMPLES = {
    "a text in UTF-16": TEXT.encode("utf-16"),
    "a text in UTF-16, without a mark": TEXT.encode("utf-16-le"),
    "a text in UTF-32": TEXT.encode("utf-32"),
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "a Word document": archive("[Content_Types].xml", "word/document.xml"),
    "an Excel workbook": archive("[Content_Types].xml", "xl/workbook.xml"),
    "an OpenDocument file": b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text",
    "a ZIP archive": archive("anna.jsonl", "unknown.jsonl"),
    "a file of an older Microsoft Office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99,
    "an RTF document": b"{\\rtf1\\ansi Marsh left.}",
    "compressed with gzip": gzip.compress(TEXT.encode()),
    "compressed with bzip2": bz2.compress(TEXT.encode()),
    "compressed with xz": lzma.compress(TEXT.encode()),
    "compressed with Zstandard": b"\x28\xb5\x2f\xfd\x04\x58\x01",
    "a 7-Zip archive": b"7z\xbc\xaf\x27\x1c\0\4",
    "a RAR archive": b"Rar!\x1a\x07\x01\0",
    "a tar archive": tar(),
    "a Python pickle": pickle.dumps({"text": TEXT}),
    "an image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "GATE XML": GATE,
    "BioC XML": BIOC,
    "BioC XML, by its DTD": '<?xml version="1.0"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection></collection>',
    "TEI XML": '<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><text/></TEI>',
    "NAF XML": '<?xml version="1.0"?>\n<NAF xml:lang="en" version="v3"><raw/></NAF>',
    "an ACE annotation file": '<?xml version="1.0"?>\n<source_file URI="a.sgm"><document DOCID="a"/></source_file>',
    "HTML": "<!-- saved -->\n<!DOCTYPE html>\n<html><body>Marsh left.</body></html>",
    "HTML, without a doctype": "<html lang='en'><p>Marsh left.</p></html>",
    "XML": '<doc id="1"><LOC>Rom</LOC> ruft.</doc>',
    "PubTator": PUBTATOR,
    "PubTator, after an empty line": "\n" + PUBTATOR,
    "the JSON of spaCy 2": json.dumps(SPACY2, indent=1),
    "BioC JSON": json.dumps({"source": "a", "infons": {}, "documents": [{"id": "1", "passages": [{"offset": 0}]}]}),
    "the JSON of tagtog": json.dumps({"annotatable": {"parts": ["s1p1"]}, "anncomplete": True, "entities": []}),
    "the JSON of LightTag": json.dumps({"annotations_and_examples": [{"content": "Rom", "annotations": []}]}),
    "the records of Argilla": json.dumps([{"id": "1", "fields": {"text": "Rom"}, "responses": {}, "suggestions": {}}]),
    "the CSV of Label Studio": "text,id,label,annotator,annotation_id,created_at\nRom,1,[],1,2,now\n",
}


@pytest.mark.parametrize("suffix", ["", ".txt", ".json", ".xml", ".conll", ".csv", ".tsv"])
@pytest.mark.parametrize("title", SAMPLES)
def test_a_file_is_refused_by_the_name_of_its_format(title, suffix, tmp_path):
    content = SAMPLES[title]
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        formats.detect(path)
    assert f"this is {title.split(',')[0]}, which goldspan does not read" in str(caught.value)
    assert f"What goldspan reads: {', '.join(formats.NAMES)}" in caught.value.remedy


def test_the_rows_of_label_studio_are_not_its_csv(tmp_path):
    path = tmp_path / "a.json"
    label = [{"start": 0, "end": 3, "text": "Rom", "labels": ["LOC"]}]
    path.write_text(json.dumps([{"text": "Rom", "id": 1, "label": label, "annotator": 1, "annotation_id": 3}]))
    assert formats.detect(path) == "rows"


def test_a_database_is_refused_by_name(tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(database(tmp_path))
    with pytest.raises(InputError, match="this is an SQLite database"):
        formats.detect(path)


def test_every_foreign_format_has_a_sample():
    assert {entry.title for entry in FOREIGN} == {title.split(",")[0] for title in SAMPLES} | {"an SQLite database"}
