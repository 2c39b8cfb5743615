"""Suggestions and a model together; suggestions that know nothing of what they are compared with."""

import numpy as np
import pytest

from goldspan import files
from goldspan.formats import inline, model_record
from goldspan.models.combined_suggestions import combined, project_suggester, suggest, suggestions_out_of_fold
from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan
from goldspan.suggest.recogniser import RecognisedSpan
from helpers import sample_corpus

GOLD_SURFACES = '[[recogniser]]\nkind = "gold"\n'


def prediction(*spans):
    rows = [PredictedSpan(*span, 0.9) for span in spans]
    return ExamplePrediction("a.p01", tuple(rows), (), (), (), np.zeros((0, 1)))


def project(root, *texts, toml=GOLD_SURFACES):
    """A project with an article for each text in inline notation."""
    examples = [inline.example(f"{'abcdef'[number]}.p01", text) for number, text in enumerate(texts)]
    files.write(root / "goldspan.toml", toml)
    return sample_corpus.make(root, examples, ["ORG", "PRODUCT"]), examples


def surfaces(found, examples):
    return {e.article: [e.text[s.start : s.end] for spans in found[e.id].values() for s in spans] for e in examples}


def test_where_two_overlap_the_voice_that_is_named_first_wins():
    found = {"rules": [RecognisedSpan(0, 4, "ORG", "r"), RecognisedSpan(20, 25, "ORG", "r")]}
    voices = combined(found, prediction((0, 10, "PRODUCT"), (12, 15, "ORG")))
    assert voices == {
        "suggestions": ((0, 4, "ORG"), (20, 25, "ORG")),
        "model": ((0, 10, "PRODUCT"), (12, 15, "ORG")),
        "suggestions, then model": ((0, 4, "ORG"), (12, 15, "ORG"), (20, 25, "ORG")),
        "model, then suggestions": ((0, 10, "PRODUCT"), (12, 15, "ORG"), (20, 25, "ORG")),
    }


def test_a_recogniser_may_be_called_model():
    found = {"model": [RecognisedSpan(0, 4, "ORG", "r")]}
    assert combined(found, prediction())["suggestions, then model"] == ((0, 4, "ORG"),)


def test_suggestions_know_nothing_of_the_gold_of_their_fold(tmp_path):
    corpus, examples = project(tmp_path, "[Rood]{ORG} Blauw", "Rood [Blauw]{ORG}", "[Rood]{ORG} Groen", "[Groen]{ORG}")
    suggester = project_suggester(corpus)
    alone = suggestions_out_of_fold(suggester, examples, {"a": 0, "b": 1, "c": 2, "d": 3})
    assert surfaces(alone, examples) == {"a": ["Rood", "Blauw"], "b": ["Rood"], "c": ["Rood", "Groen"], "d": []}
    paired = suggestions_out_of_fold(suggester, examples, {"a": 0, "b": 0, "c": 1, "d": 1})
    assert surfaces(paired, examples) == {"a": ["Rood"], "b": ["Rood"], "c": ["Rood"], "d": []}


def test_no_suggestion_depends_on_gold_that_is_unknown(tmp_path):
    texts = ["[Rood]{ORG} Blauw", "[Rood]{PRODUCT} [Blauw]{ORG}", "[Blauw]{PRODUCT} Rood"]
    corpus, examples = project(tmp_path / "all", *texts)
    fewer, _ = project(tmp_path / "fewer", texts[0], "Rood Blauw", "Blauw Rood")
    blind = suggest(project_suggester(corpus), examples, {"b", "c"})
    assert blind == suggest(project_suggester(fewer), examples, {"b", "c"})


def trained(folder, **articles):
    """A saved pipeline that goldspan trained on some articles."""
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Rood"}])
    folder.mkdir(parents=True)
    nlp.to_disk(folder)
    about = {"version": "1", "backend": "spacy", "recipe": "", "weights": None, "seed": 0, "labels": ["ORG"]}
    record = model_record.ModelRecord(**about, language="en", guidelines="1.0", articles=articles, gold={}, files={})
    files.write(folder / model_record.FILE, model_record.text(record))


@pytest.mark.parametrize(
    ("articles", "found"),
    [
        ({"train": ["b"], "validation": ["c"], "test": ["a"]}, ["Rood"]),
        ({"train": ["a"]}, []),
        ({"train": ["b"], "validation": ["a"]}, []),
    ],
)
def test_a_model_does_not_suggest_for_articles_from_which_it_learned(tmp_path, articles, found):
    trained(tmp_path / "build" / "model", **articles)
    toml = '[[recogniser]]\nkind = "spacy"\nmodel = "build/model"\n'
    corpus, examples = project(tmp_path, "Rood Blauw", "[Blauw]{ORG}", toml=toml)
    suggester = project_suggester(corpus)
    assert any("trained by goldspan on the gold of 1 article" in note for note in suggester.notes)
    suggested = suggest(suggester, examples[:1], {"a"})
    assert surfaces(suggested, examples[:1]) == {"a": found}


def test_the_model_that_is_to_be_replaced_takes_no_part_and_need_not_be_there(tmp_path):
    toml = GOLD_SURFACES + '\n[[recogniser]]\nkind = "spacy"\nmodel = "build/model"\n'
    corpus, _ = project(tmp_path, "[Rood]{ORG}", toml=toml)
    assert project_suggester(corpus, tmp_path / "build" / "model").names == ["gold"]
    only = project(tmp_path, "[Rood]{ORG}", toml='[[recogniser]]\nkind = "spacy"\nmodel = "build/model"\n')[0]
    assert project_suggester(only, tmp_path / "build" / "model").names == []
