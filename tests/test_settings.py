"""`goldspan.toml`: what is read, what is refused, and what wins."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter

from goldspan import InputError, settings
from goldspan.validation import StrictModel

KEYS = [key for key in settings.all_keys() if key.name]
SHARES = [(0.6, 0.2, 0.2), (1, 0, 0), (0.25, 0.25, 0.5)]
TEXTS = {
    "licence": ["CC-BY-4.0", "MIT", "by the authors"],
    "contact": ["a@b.example", "true", "3", "{x = 1}", 'a"b'],
    "weights": ["en_core_web_md", "weights/bert"],
    "name": ["news", "news_places_2"],
    "version": ["1.0.0", "0.3.1rc2"],
    "title": ["News of Merrow", "7"],
    "description": ["Eight invented articles."],
    "url": ["https://news.example/merrow"],
    "doi": ["10.5281/zenodo.1234567"],
    "keywords": [["news"], ["news", "Merrow, the island"]],
    "authors": [[{"family": "Jansen", "given": "Anna", "orcid": "0000-0002-1825-0097"}, {"name": "The team"}]],
}
PATTERNS = """\
[[recogniser]]
kind = "gold"

[[recogniser]]
kind = "patterns"
file = "x.jsonl"
"""
in_one_folder = hypothesis_settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Patterns(StrictModel):
    kind: Literal["patterns"]
    file: str
    name: str = "patterns"
    limit: int = Field(default=3, description="a whole number")


def read(folder, text, **environment):
    (folder / settings.FILE).write_text(text or "# nothing\n", encoding="utf-8")
    return settings.read(folder, environment)


def refusal(folder, text, **environment):
    with pytest.raises(InputError) as caught:
        read(folder, text, **environment)
    return str(caught.value).replace(f"{folder}/", "")


def values_of(key):
    """Values that a key can have."""
    choices = TypeAdapter(settings.Settings).json_schema()["$defs"]
    field = settings.Settings.model_fields[key.section].annotation.__name__
    described = choices[field]["properties"][key.name]
    if "enum" in described:
        return st.sampled_from(described["enum"])
    return st.booleans() if described.get("type") == "boolean" else st.sampled_from(TEXTS[key.name])


@st.composite
def statements(draw):
    """What one source states: values of some keys, by section and key; of the shares all or none."""
    stated = {}
    for key in KEYS:
        if key.section != "splits" and draw(st.booleans()):
            stated[key.section, key.name] = draw(values_of(key))
    for check in draw(st.lists(st.sampled_from(["leading-article", "label-conflict"]), unique=True)):
        stated["checks", check] = draw(st.sampled_from(["error", "warning", "off"]))
    if draw(st.booleans()):
        stated |= {
            ("splits", name): share
            for name, share in zip(settings.SplitSettings.model_fields, draw(st.sampled_from(SHARES)), strict=True)
        }
    return stated


def as_toml_value(value):
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml_value, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {as_toml_value(inner)}' for key, inner in value.items())}}}"
    return json.dumps(value)


def as_toml(stated):
    sections = {}
    for (section, name), value in stated.items():
        sections.setdefault(section, []).append(f"{name} = {as_toml_value(value)}\n")
    return "".join(f"[{section}]\n{''.join(lines)}" for section, lines in sections.items())


def as_variables(stated):
    return {
        settings.variable_of(*place): value if isinstance(value, str) else as_toml_value(value)
        for place, value in stated.items()
    }


@in_one_folder
@given(statements(), statements())
def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path, in_file, in_environment):
    chosen = read(tmp_path, as_toml(in_file), **as_variables(in_environment))
    defaults = {(key.section, key.name): key.default for key in KEYS}
    for (section, name), value in {**defaults, **in_file, **in_environment}.items():
        table = getattr(chosen, section)
        holds = table[name] if isinstance(table, dict) else getattr(table, name)
        if name == "authors" and holds is not None:
            holds = [author.model_dump(exclude_none=True) for author in holds]
        assert holds == value
        place = (section, name)
        kind = "environment" if place in in_environment else "file" if place in in_file else "default"
        origin = chosen.origin(section, name)
        assert origin.kind == kind
        if kind == "file":
            line = as_toml(in_file).split("\n")[int(origin.place.removeprefix("goldspan.toml:")) - 1]
            assert line.startswith(f"{name} = ")
        else:
            assert origin.place == (settings.variable_of(section, name) if kind == "environment" else "default")


@in_one_folder
@given(
    statements(),
    st.sampled_from(sorted(settings.Settings.model_fields)),
    st.from_regex("[a-z_-]{1,12}", fullmatch=True),
)
def test_an_unknown_key_is_refused_in_any_section(tmp_path, in_file, section, name):
    model = settings.Settings.model_fields[section].annotation
    known = getattr(model, "model_fields", ())
    if section == "recogniser" or name in known:
        return
    value = '"of"' if section == "checks" else '"x"'
    before = as_toml({place: value for place, value in in_file.items() if place[0] != section})
    lines = f"{before}[{section}]\n{name} = {value}\n"
    message = refusal(tmp_path, lines)
    assert message.startswith(f"goldspan.toml:{lines.count(chr(10))}: {section}: ")
    assert name in message


@given(st.from_regex("[A-Z_]{1,20}", fullmatch=True))
def test_an_unknown_variable_is_refused(name):
    variable = f"GOLDSPAN_{name}"
    known = {key.variable for key in KEYS} | settings.OTHER_VARIABLES
    if variable in known or (variable.startswith("GOLDSPAN_CHECKS_") and variable != "GOLDSPAN_CHECKS_"):
        return
    with pytest.raises(InputError, match=f"{variable} in the environment is no setting"):
        settings.read(None, {variable: "off"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[example]\n", "goldspan.toml:1: unknown key 'example', did you mean 'examples'?"),
        ("[examples]\nunti = 'article'\n", "goldspan.toml:2: examples: unknown key 'unti', did you mean 'unit'?"),
        ("\nunit = 'article'\n", "goldspan.toml:2: unknown key 'unit', which belongs under [examples]"),
        ("[splits]\nunit = 'article'\n", "goldspan.toml:2: splits: unknown key 'unit', which belongs under [examples]"),
        (
            "[examples]\nunit = 'page'\n",
            """goldspan.toml:2: examples: 'unit' is 'page', not "paragraph", "sentence" or "article\"""",
        ),
        ("[examples]\nunit = 3\n", "goldspan.toml:2: examples: 'unit' is 3, not \"paragraph\""),
        ("[examples]\nunit = ['article']\n", "goldspan.toml:2: examples: 'unit' is ['article'], not"),
        ("examples = 'article'\n", "goldspan.toml:1: 'examples' is 'article', not"),
        ("[[examples]]\nunit = 'article'\n", "goldspan.toml:1: 'examples' is [{"),
        ("[checks]\nx = 'eror'\n", "goldspan.toml:2: checks: 'x' is 'eror', not \"error\", \"warning\" or \"off\""),
        ("[checks]\nx = false\n", "goldspan.toml:2: checks: 'x' is false, not"),
        ("[checks.x]\nlevel = 'off'\n", "goldspan.toml:1: checks: 'x' is {'level': 'off'}, not"),
        ("[splits]\ntrain = '60%'\n", "goldspan.toml:2: splits: 'train' is '60%', not a share between 0 and 1"),
        ("[splits]\ntrain = 1.5\n", "goldspan.toml:2: splits: 'train' is 1.5, not a share"),
        ("[splits]\ntrain = true\n", "goldspan.toml:2: splits: 'train' is true, not a share"),
        ("[splits]\ntrain = nan\n", "goldspan.toml:2: not TOML: nan is no number"),
        ("[release]\ncontact = ''\n", "goldspan.toml:2: release: 'contact' is '', not a text on one line"),
        ("[release]\nlicence = ' '\n", "goldspan.toml:2: release: 'licence' is ' ', not a text on one line"),
        ("[release]\ncontact = 'a '\n", "goldspan.toml:2: release: 'contact' is 'a ', not a text on one line"),
        ('[release]\ncontact = """a\nb"""\n', "goldspan.toml:2: release: 'contact' is 'a\\nb', not a text on one"),
        ("[examples]\nunit = article\n", "goldspan.toml:2: not TOML: "),
        ("<<<<<<< HEAD\n", "goldspan.toml:1: not TOML: a merge of git left a conflict here"),
        ("[[recognizer]]\n", "goldspan.toml:1: unknown key 'recognizer', did you mean 'recogniser'?"),
        ("recogniser = 'gold'\n", "goldspan.toml:1: 'recogniser' is 'gold', not one or more [[recogniser]]"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_named_with_its_line(text, message, tmp_path):
    assert refusal(tmp_path, text).startswith(message)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"GOLDSPAN_EXAMPLES_UNIT": "page"}, "GOLDSPAN_EXAMPLES_UNIT is 'page', not \"paragraph\", \"sentence\" or"),
        ({"GOLDSPAN_EXAMPLES_UNIT": ""}, "GOLDSPAN_EXAMPLES_UNIT is '', not \"paragraph\""),
        ({"GOLDSPAN_SPLITS_TRAIN": "most"}, "GOLDSPAN_SPLITS_TRAIN is 'most', not a share between 0 and 1"),
        ({"GOLDSPAN_SPLITS_TRAIN": "1\ntest = 0"}, "GOLDSPAN_SPLITS_TRAIN is '1\\ntest = 0', not a share"),
        ({"GOLDSPAN_SPLITS_TRAIN": "nan"}, "GOLDSPAN_SPLITS_TRAIN is 'nan', not a share"),
        ({"GOLDSPAN_CHECKS_LABEL_CONFLICT": "no"}, "GOLDSPAN_CHECKS_LABEL_CONFLICT is 'no', not \"error\","),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_environment_names_the_variable(variables, message, tmp_path):
    assert refusal(tmp_path, "", **variables).startswith(message)


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("GOLDSPAN_EXAMPLES_UNTI", "EXAMPLES_UNIT"),
        ("GOLDSPAN_UNIT", "EXAMPLES_UNIT"),
        ("GOLDSPAN_TRAIN", "SPLITS_TRAIN"),
        ("goldspan_examples_unit", "EXAMPLES_UNIT"),
        ("GOLDSPAN_CHEKS_LABEL_CONFLICT", "CHECKS_LABEL_CONFLICT"),
        ("GOLDSPAN_RELEASE_LICENSE", "RELEASE_LICENCE"),
        ("GOLDSPAN_CHECKS_label_conflict", "CHECKS_LABEL_CONFLICT"),
        ("GOLDSPAN_CHECKS_", "CHECKS_…"),
        ("GOLDSPAN_CHECKS", "CHECKS_…"),
        ("GOLDSPAN_CHECK_SPLIT_WORD", "CHECKS_SPLIT_WORD"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_one_that_was_meant(variable, meant):
    with pytest.raises(InputError) as caught:
        settings.read(None, {variable: "x"})
    assert caught.value.message == f"{variable} in the environment is no setting, did you mean GOLDSPAN_{meant}?"


def test_a_variable_of_a_recogniser_is_not_taken_for_one_of_a_check():
    with pytest.raises(InputError) as caught:
        settings.read(None, {"GOLDSPAN_RECOGNISER_KIND": "x"})
    assert caught.value.message == "GOLDSPAN_RECOGNISER_KIND in the environment is no setting"


def test_a_variable_that_is_none_of_a_setting_is_left_alone(tmp_path):
    others = dict.fromkeys(settings.OTHER_VARIABLES, "x") | {"GOLDSPANS": "x", "DOCCANO_URL": "x"}
    assert read(tmp_path, "", **others).model_dump() == settings.Settings().model_dump()
    mentioned = '[[recogniser]]\nkind = "language-model"\nkey = "GOLDSPAN_OUR_KEY"\n'
    assert read(tmp_path, mentioned, GOLDSPAN_OUR_KEY="secret").recognisers[0].value["key"] == "GOLDSPAN_OUR_KEY"
    assert "secret" not in refusal(tmp_path, "", GOLDSPAN_OUR_KEY="secret")


def test_a_wrong_value_in_the_file_is_refused_though_the_environment_wins(tmp_path):
    assert refusal(tmp_path, "[examples]\nunit = 3", GOLDSPAN_EXAMPLES_UNIT="article").startswith("goldspan.toml:2")


@pytest.mark.parametrize(
    ("text", "variables", "message"),
    [
        (
            "[splits]\n\ntrain = 0.8\n",
            {},
            (
                "goldspan.toml:3: splits: the shares of the splits add up to 1.2, not 1: train 0.8 (goldspan.toml:3), "
                "validation 0.2 (default), test 0.2 (default)"
            ),
        ),
        (
            "[splits]\ntrain = 0.8\ntest = 0\n",
            {"GOLDSPAN_SPLITS_TEST": "0.1"},
            (
                "goldspan.toml:2: splits: the shares of the splits add up to 1.1, not 1: train 0.8 (goldspan.toml:2), "
                "validation 0.2 (default), test 0.1 (GOLDSPAN_SPLITS_TEST)"
            ),
        ),
        (
            "[splits]\ntrain = 0.3333333\nvalidation = 0.3333333\ntest = 0.3333333\n",
            {},
            "goldspan.toml:2: splits: the shares of the splits add up to 0.9999999, not 1: train 0.3333333 (",
        ),
        (
            "",
            {"GOLDSPAN_SPLITS_TRAIN": "0"},
            "GOLDSPAN_SPLITS_TRAIN: the shares of the splits add up to 0.4, not 1: train 0 (GOLDSPAN_SPLITS_TRAIN)",
        ),
    ],
)
def test_shares_that_are_not_parts_of_one_whole_are_refused(text, variables, message, tmp_path):
    assert refusal(tmp_path, text, **variables).startswith(message)


def test_shares_of_the_file_and_the_environment_make_one_whole(tmp_path):
    chosen = read(tmp_path, "[splits]\ntrain = 1\n", GOLDSPAN_SPLITS_VALIDATION="0", GOLDSPAN_SPLITS_TEST="0.0")
    assert chosen.splits.ratios == {"train": 1}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("fiel = 3", "goldspan.toml:7: recogniser 2: unknown key 'fiel', did you mean 'file'?"),
        ("limit = '3'", "goldspan.toml:7: recogniser 2: 'limit' is '3', not a whole number"),
        ("name = 'own'\nlimit = 1.5", "goldspan.toml:8: recogniser own: 'limit' is 1.5, not a whole number"),
    ],
)
def test_a_wrong_recogniser_is_named_with_its_line(line, message, tmp_path):
    tables = read(tmp_path, PATTERNS + line).recognisers
    assert [table.value["kind"] for table in tables] == ["gold", "patterns"]
    with pytest.raises(InputError) as caught:
        tables[1].parse(Patterns)
    assert str(caught.value).startswith(f"{tmp_path}/{message}\n  `goldspan help suggestions` has")


def test_an_error_about_a_recogniser_has_the_line_of_its_key_or_of_itself(tmp_path):
    first, second = read(tmp_path, PATTERNS).recognisers
    assert second.parse(Patterns).file == "x.jsonl"
    missing = second.error("there is no such file", "file", remedy="Write it.")
    assert str(missing) == f"{tmp_path}/goldspan.toml:6: recogniser 2: there is no such file\n  Write it."
    assert first.error("unknown kind").line == 1
    (alone,) = read(tmp_path, "\n[[recogniser]]\nkind = 'patterns'\n").recognisers
    with pytest.raises(InputError, match=r"toml:2: recogniser 1: the key 'file' is missing"):
        alone.parse(Patterns)


def test_a_project_without_recognisers_has_none(tmp_path):
    assert settings.read(tmp_path, {}).recognisers is None
    assert read(tmp_path, "[examples]").recognisers is None
    assert read(tmp_path, "recogniser = []").recognisers == ()


def test_every_key_has_a_default_and_a_description_and_a_variable_of_its_own():
    variables = [key.variable for key in settings.all_keys()]
    assert len(set(variables)) == len(variables)
    assert not any(one.startswith(other) for one in variables for other in variables if one != other)
    for key in settings.all_keys():
        assert key.values not in ("", "None")
    settings.Settings.model_validate({section: {} for section in {key.section for key in KEYS}})


def test_neither_the_help_nor_the_reading_of_a_project_loads_more_than_it_needs():
    code = "import sys; from goldspan.cli import app; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_this_corpus_states_its_house_style():
    chosen = settings.read(Path(__file__).parents[1], {})
    assert {chosen.checks[f"{side}-possessive"] for side in ("leading", "trailing")} == {"error"}


@pytest.mark.parametrize(
    ("author", "words"),
    [
        ('{ family = "J", orcid = "0000-0002-1825-0098" }', "orcid 0000-0002-1825-0098 has a wrong digit"),
        ('{ family = "J", name = "The team" }', "either family, for a person, or name, for an organisation"),
        ('{ given = "Anna" }', "either family, for a person, or name, for an organisation"),
        ('{ name = "The team", given = "Anna" }', "given and orcid belong to a person"),
        ('{ famly = "J" }', "unknown key 'famly', did you mean 'family'?"),
        ("{ family = 3 }", "'family' is 3, not a text on one line"),
        ('{ family = "J", orcid = "1825" }', "'orcid' is '1825', not an identifier as 0000-0002-1825-0097"),
    ],
)
def test_an_author_is_a_person_or_an_organisation(tmp_path, author, words):
    message = refusal(tmp_path, f'[release]\nauthors = [\n    {{ name = "The team" }},\n    {author},\n]\n')
    assert message.startswith("goldspan.toml:2: release: ")
    assert words in message


def test_the_last_digit_of_an_orcid_is_computed():
    # examples of support.orcid.org, "Structure of the ORCID Identifier"
    assert all(map(settings.is_orcid, ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"]))
    assert not any(map(settings.is_orcid, ["0000-0002-1825-0079", "0000-0001-5109-3701", "0000-0002-1694-2330"]))
