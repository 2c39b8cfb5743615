import json
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import formats
from goldspan.errors import GoldspanError, InputError, NotFoundError
from goldspan.formats import cas
from goldspan.formats.options import ReadOptions
from helpers import strategies

pytestmark = pytest.mark.skipif(find_spec("cassis") is None, reason="pip install 'goldspan[cas]'")
DATA = Path(__file__).parents[1] / "data" / "formats"
FEW = settings(max_examples=min(40, settings().max_examples))
NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
WORD = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
TEXT = "Lt. Marsh 👍 leads\nthe 5th Brigade."
SPANS = ((4, 9, "PERSON"), (18, 33, "UNIT"), (22, 33, "KIND"))


def make(text=TEXT, spans=SPANS, kind=NAMED_ENTITY, feature="value"):
    """A CAS with annotations of a layer."""
    import cassis

    types = cassis.TypeSystem()
    for name in dict.fromkeys((NAMED_ENTITY, WORD, "webanno.custom.Unit", kind)):
        created = types.create_type(name)
        if name != WORD:
            for own in ("identifier", "value") if name == NAMED_ENTITY else (feature,):
                types.create_feature(created, own, "uima.cas.String")
    made = cassis.Cas(types)
    made.sofa_string = text
    made.sofa_mime = "text/plain"
    for start, end, label in spans:
        made.add(types.get_type(kind)(begin=start, end=end, **{feature: label}))
    made.add(types.get_type(WORD)(begin=0, end=min(3, len(text))))
    return made


def save(made, path):
    """Write a CAS in the form that the suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".json":
        made.to_json(path)
    elif path.suffix == ".xmi":
        made.to_xmi(path)
        made.typesystem.to_xml(path.with_name("TypeSystem.xml"))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{path.stem}.xmi", made.to_xmi())
            archive.writestr("TypeSystem.xml", made.typesystem.to_xml())
    return path


def shown(record):
    example = record.example()
    return [(example.surface(span), span.label) for span in example.spans]


@pytest.mark.parametrize("suffix", [".json", ".xmi", ".zip"])
@FEW
@given(example=strategies.examples(spans=lambda text: strategies.spans(text, flat=False)))
def test_the_spans_of_every_form_are_those_that_cassis_wrote(suffix, example, tmp_path_factory):
    if suffix != ".json" and not all(c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") for c in example.text):
        return  # XML cannot hold it
    made = make(example.text, [(s.start, s.end, s.label) for s in example.spans])
    path = save(made, tmp_path_factory.mktemp("any") / f"a{suffix}")
    assert formats.detect(path) == "cas"
    (record,) = cas.scan(path)
    assert (record.id, record.text, record.example().spans) == ("a", example.text, example.spans)


@pytest.mark.parametrize("suffix", [".json", ".xmi", ".zip"])
def test_offsets_in_the_file_count_utf16_units(suffix, tmp_path):
    path = save(make(), tmp_path / f"a{suffix}")
    if suffix == ".json":
        rows = json.loads(path.read_text())["%FEATURE_STRUCTURES"]
        assert [row["begin"] for row in rows if row.get("value") == "UNIT"] == [19]
    (record,) = cas.scan(path)
    assert shown(record) == [("Marsh", "PERSON"), ("the 5th Brigade", "UNIT"), ("5th Brigade", "KIND")]


def test_samples_of_inception_are_read():
    (record,) = cas.scan(DATA / "cas.json")
    assert shown(record) == [("Marsh", "PERSON"), ("the 5th Brigade", "UNIT"), ("5th Brigade", "KIND")]
    (archived,) = cas.scan(DATA / "cas.zip")
    assert shown(archived) == shown(record)


def test_a_folder_stands_for_its_documents_with_the_nearest_type_system(tmp_path):
    save(make("Rom.", [(0, 3, "LOC")]), tmp_path / "x" / "a.xmi")
    save(make("Ulm.", [(0, 3, "LOC")], kind="webanno.custom.Place"), tmp_path / "x" / "y" / "b.xmi")
    save(make("Bonn.", [(0, 4, "LOC")]), tmp_path / "c.xmi")
    (tmp_path / "x" / "TypeSystem.xml").unlink()
    assert formats.detect(tmp_path) == "cas"
    found = formats.load(tmp_path)
    assert [(e.id, e.text, len(e.spans)) for e in found] == [
        ("c", "Bonn.", 1),
        ("x/a", "Rom.", 1),
        ("x/y/b", "Ulm.", 1),
    ]


def test_other_data_in_the_folder_is_named_once(tmp_path):
    save(make(), tmp_path / "a.xmi")
    save(make(), tmp_path / "b.json")
    (record,) = cas.scan(tmp_path)
    assert [note.message for note in record.notes] == ["beside the .xmi files are b.json: not read"]


def test_an_archive_of_several_documents_is_read_under_their_paths(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one/a.xmi", make("Rom.", [(0, 3, "LOC")]).to_xmi())
        archive.writestr("one/TypeSystem.xml", make().typesystem.to_xml())
        archive.writestr("two/a.json", make("Ulm.", [(0, 3, "LOC")]).to_json())
        archive.writestr("exportedproject.json", "{}")
    assert [(e.id, e.text) for e in formats.load(path, "cas")] == [("one/a", "Rom."), ("two/a", "Ulm.")]


def test_an_xmi_file_without_type_system_is_refused(tmp_path):
    path = save(make(), tmp_path / "a.xmi")
    (tmp_path / "TypeSystem.xml").unlink()
    with pytest.raises(InputError, match=r"a.xmi: a: there is no TypeSystem.xml for it"):
        formats.load(path)


@pytest.mark.parametrize("suffix", [".json", ".xmi"])
@pytest.mark.parametrize(("old", "new"), [("begin", 11), ("begin", 900), ("end", 36), ("end", 11), ("begin", -1)])
def test_an_offset_inside_a_character_or_outside_the_text_is_refused(suffix, old, new, tmp_path):
    path = save(make(spans=[(18, 33, "UNIT")]), tmp_path / f"a{suffix}")
    was = {"begin": 19, "end": 34}[old]
    content = path.read_text()
    changed = content.replace(f'{old}="{was}"', f'{old}="{new}"').replace(f'"{old}": {was}', f'"{old}": {new}')
    assert changed != content
    path.write_text(changed)
    with pytest.raises(InputError, match=rf"the offset {new} is outside the text, or inside a character"):
        formats.load(path)


UNIT = "webanno.custom.Unit"


def test_the_only_layer_with_annotations_is_read_and_noted(tmp_path):
    (record,) = cas.scan(save(make(kind=UNIT), tmp_path / "a.json"))
    assert [label for _, label in shown(record)] == ["PERSON", "UNIT", "KIND"]
    assert [note.message for note in record.notes] == ["webanno.custom.Unit:value is read"]


def both():
    made = make()
    made.add(made.typesystem.get_type(UNIT)(begin=0, end=3, value="RANK"))
    return made


def test_named_entities_are_read_and_another_layer_is_noted(tmp_path):
    (record,) = cas.scan(save(both(), tmp_path / "a.json"))
    assert [label for _, label in shown(record)] == ["PERSON", "UNIT", "KIND"]
    assert [note.message for note in record.notes] == [f"{NAMED_ENTITY}:value is read; not read are {UNIT}"]


@pytest.mark.parametrize("layer", ["Unit", "Unit:value", UNIT, f"{UNIT}:value"])
def test_the_layer_that_is_named_is_read(layer, tmp_path):
    (record,) = cas.scan(save(both(), tmp_path / "a.json"), ReadOptions(layer=layer))
    assert shown(record) == [("Lt.", "RANK")]


@pytest.mark.parametrize("layer", ["Nothing", "Unit:nothing", "NamedEntity:x"])
def test_a_layer_that_is_not_there_is_refused_with_those_there_are(layer, tmp_path):
    with pytest.raises(InputError, match=r"it has no layer|has no feature") as caught:
        formats.load(save(both(), tmp_path / "a.json"), "cas", ReadOptions(layer=layer))
    assert "value" in caught.value.message
    assert "--layer" in caught.value.remedy


def test_several_layers_of_somebody_are_refused_by_their_names(tmp_path):
    made = make(kind=UNIT)
    other = made.typesystem.create_type("webanno.custom.Place")
    made.typesystem.create_feature(other, "name", "uima.cas.String")
    made.add(other(begin=0, end=3, name="x"))
    with pytest.raises(
        InputError, match=r"several layers of annotation; its layers are .*Place \(name\).*Unit \(value\)"
    ):
        formats.load(save(made, tmp_path / "a.json"))


def test_annotations_without_a_value_are_refused_or_have_the_label_that_is_named(tmp_path):
    path = save(make(spans=[(4, 9, None)]), tmp_path / "a.json")
    with pytest.raises(InputError, match=r"the NamedEntity \[4, 9\] has no value"):
        formats.load(path)
    (record,) = cas.scan(path, ReadOptions(label="THING"))
    assert shown(record) == [("Marsh", "THING")]


def test_a_document_without_annotation_of_people_is_read_and_noted(tmp_path):
    (record,) = cas.scan(save(make(spans=[]), tmp_path / "a.json"))
    assert (record.spans, [note.kind for note in record.notes]) == ((), ["no-layer"])


def test_relations_are_no_spans_and_noted(tmp_path):
    made = make()
    relation = made.typesystem.create_type("webanno.custom.Command")
    for end in ("Governor", "Dependent"):
        made.typesystem.create_feature(relation, end, NAMED_ENTITY)
    made.typesystem.create_feature(relation, "role", "uima.cas.String")
    first, second, _ = made.select(NAMED_ENTITY)
    made.add(relation(begin=0, end=3, Governor=first, Dependent=second, role="leads"))
    (record,) = cas.scan(save(made, tmp_path / "a.json"))
    assert len(record.spans) == 3
    assert "not read are webanno.custom.Command" in record.notes[0].message


def test_an_annotation_of_no_characters_and_one_that_is_there_twice_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"0 <= start < end, not \[4, 4\]"):
        formats.load(save(make(spans=[(4, 4, "X")]), tmp_path / "a.json"))
    with pytest.raises(InputError, match="occurs twice"):
        formats.load(save(make(spans=[(4, 9, "X"), (4, 9, "X")]), tmp_path / "a.json"))


def test_what_java_writes_besides_is_read_over(tmp_path):
    path = save(make(), tmp_path / "a.xmi")
    content = path.read_text()
    path.write_text(content.replace("<cas:Sofa ", '<cas:NULL xmi:id="0"/><cas:Sofa ', 1))
    assert path.read_text() != content
    (record,) = cas.scan(path)
    assert len(record.spans) == 3


def test_a_type_that_the_type_system_lacks_is_refused_with_what_to_do(tmp_path):
    path = save(make(), tmp_path / "a.xmi")
    types = tmp_path / "TypeSystem.xml"
    types.write_text(types.read_text().replace(WORD, "webanno.custom.Other"))
    with pytest.raises(InputError, match="TypeNotFoundError") as caught:
        formats.load(path)
    assert "TypeSystem.xml" in caught.value.remedy


def test_a_cas_without_text_is_refused(tmp_path):
    made = make(spans=[])
    made.sofa_string = None
    with pytest.raises(InputError, match="the CAS has no text"):
        formats.load(save(made, tmp_path / "a.json"), "cas")


def test_entities_in_xml_are_refused(tmp_path):
    path = save(make(), tmp_path / "a.xmi")
    declared = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><xmi:XMI'
    path.write_text(path.read_text().replace("<xmi:XMI", declared, 1))
    with pytest.raises(InputError, match="declares a document type"):
        formats.load(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"%TYPES": {}, "%FEATURE_STRUCTURES": []'),
        ("a.json", '{"%TYPES": {}, "%FEATURE_STRUCTURES": [{"%ID": 1, "%ID": 2}], "%VIEWS": {}}'),
        ("a.json", '{"%TYPES": [], "%FEATURE_STRUCTURES": {}}'),
        ("a.json", '{"%FEATURE_STRUCTURES": [], "%VIEWS": {}}'),
        ("a.xmi", '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI"'),
        ("a.xmi", '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI"><x/></xmi:XMI>'),
    ],
)
def test_what_is_damaged_is_refused_by_name(name, content, tmp_path):
    save(make(), tmp_path / "a.xmi")
    (tmp_path / name).write_text(content)
    assert formats.detect(tmp_path / name) == "cas"
    with pytest.raises(InputError, match=name):
        formats.load(tmp_path / name)


def test_an_archive_that_is_cut_off_is_refused(tmp_path):
    path = save(make(), tmp_path / "a.zip")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"the archive cannot be read"):
        formats.load(path, "cas")


@FEW
@given(data=st.data())
def test_damage_anywhere_gives_errors_and_never_a_crash(data, tmp_path_factory):
    path = save(make(), tmp_path_factory.mktemp("any") / data.draw(st.sampled_from(["a.json", "a.xmi", "a.zip"])))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        for record in formats.get("cas").scan(path):
            if not isinstance(record, InputError):
                record.example()
    except GoldspanError as error:
        assert str(path) in str(error)  # noqa: PT017  (no error is as good)


def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(cas, "find_spec", lambda _: None)
    with pytest.raises(NotFoundError) as caught:
        formats.load(save(make(), tmp_path / "a.json"))
    assert caught.value.remedy == "Run: pip install 'goldspan[cas]'"


def test_writing_is_refused(tmp_path):
    with pytest.raises(InputError, match="is only read"):
        formats.get("cas").write(tmp_path / "a.json", [])
