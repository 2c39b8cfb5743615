"""docs/language_models.md: its settings can be read, and its table has every key with its default."""

import json
import re
from pathlib import Path

import pytest

from goldspan.corpus import Corpus
from goldspan.suggest.language_model.options import LanguageModelOptions
from goldspan.suggest.recogniser_table import RecogniserOptions
from goldspan.suggest.suggester import Suggester

DOCUMENT = (Path(__file__).parents[3] / "docs" / "language_models.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| .* \|(.*)\|$", re.MULTILINE)
NOT_STATED = {"", "not stated", "all", "those of the labels, and those with rules for all labels", "no limit"}


@pytest.mark.parametrize("block", re.findall(r"^```toml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL))
def test_each_block_of_settings_can_be_read(toy, block):
    (toy.root / "goldspan.toml").write_text(block)
    assert [one.name for one in Suggester.of(Corpus(toy.root)).recognisers] == ["language-model"]


def test_the_table_has_every_key_with_its_default():
    _, _, table = DOCUMENT.partition("## Keys")
    defaults = {}
    for names, cell in ROW.findall(table):
        values = cell.strip()
        for name, value in zip(names.split(", "), values.split(", ") if "`, `" in names else [values], strict=True):
            defaults[name.strip("`")] = None if value in NOT_STATED else json.loads(value.strip("`"))
    fields = {
        name: None if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in LanguageModelOptions.model_fields.items()
        if name not in RecogniserOptions.model_fields
    }
    assert defaults == fields
