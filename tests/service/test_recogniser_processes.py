"""Real processes with recognisers: what they answer, and what becomes of them."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from goldspan import child_process, files
from goldspan.doccano.push.desired_state import desired_examples
from goldspan.errors import GoldspanError, InputError, NotFoundError
from goldspan.service import recogniser_process, text_suggestions
from goldspan.service.project_files import fingerprint
from goldspan.service.recogniser_pool import RecogniserPool
from goldspan.service.recogniser_process import RecogniserError, TooSlowError, UnavailableError
from goldspan.service.rejections import text_digest
from goldspan.suggest.suggester_recipe import SuggesterRecipe
from helpers.suggestion_service import SLOW, WORDS

ASKING = """
[[recogniser]]
kind = "language-model"
name = "asking"
model = "m"
address = "http://127.0.0.1:9/v1"
"""


@pytest.fixture(scope="module")
def pool(words):
    pool = RecogniserPool(SuggesterRecipe(root=words.root), 1)
    pool.loaded = pool.start()
    yield pool
    pool.close()


def answer(pool, kind, argument, limit=30):
    return pool.submit(kind, argument, limit=limit).result(60)


def test_loaded_recognisers_are_named(pool):
    assert (pool.loaded.recognisers, pool.loaded.labels) == (("words",), ("SHIP",))


def test_text_article_and_index(pool, words):
    assert answer(pool, "text", "the Aurora") == [(4, 10, "SHIP")]
    texts = {text_digest(example.text): example.text for example in words.gold_examples(["storm"])}
    found = answer(pool, "article", "storm")
    assert set(texts) <= set(found)
    assert found[text_digest("Storm over Valparaíso")] == [(0, 5, "SHIP"), (11, 21, "SHIP")]
    index = answer(pool, "index", ["storm", "harbour"])
    assert set(index["storm"]) == set(found)
    assert set(index) == {"storm", "harbour"}


def test_unknown_article_is_a_failure_and_the_process_goes_on(pool):
    numbers = pool.numbers()
    with pytest.raises(RecogniserError, match="unexpected error of a recogniser: KeyError"):
        answer(pool, "article", "none")
    assert answer(pool, "text", "Berta") == [(0, 5, "SHIP")]
    assert pool.numbers() == numbers


def test_process_that_takes_too_long_or_is_killed_is_replaced(pool):
    first = pool.numbers()
    with pytest.raises(TooSlowError, match="did not end within 0 s"):
        answer(pool, "text", SLOW, 0.3)
    assert answer(pool, "text", "Berta") == [(0, 5, "SHIP")]
    second = pool.numbers()
    assert first != second
    waiting = pool.submit("text", SLOW, limit=60)
    time.sleep(0.2)
    os.kill(second[0], signal.SIGKILL)
    with pytest.raises(RecogniserError, match=r"ended \(signal 9, SIGKILL\)"):
        waiting.result(60)
    assert answer(pool, "text", "Carla") == [(0, 5, "SHIP")]
    os.kill(pool.numbers()[0], signal.SIGKILL)  # while it has nothing to do
    time.sleep(0.1)
    assert answer(pool, "text", "Dora") == [(0, 4, "SHIP")]
    assert not [number for number in (*first, *second) if psutil.pid_exists(number)]


def test_question_that_waited_too_long_is_dropped(pool):
    slow = pool.submit("text", SLOW, limit=0.4)
    late = pool.submit("text", "Emilia", limit=5, wait=0.1)
    with pytest.raises(UnavailableError, match="too many questions"):
        late.result(60)
    assert isinstance(slow.exception(60), TooSlowError)


def test_closed_pool_has_no_process_and_fails_all(words):
    pool = RecogniserPool(SuggesterRecipe(root=words.root), 1)
    pool.start()
    numbers = pool.numbers()
    waiting = [pool.submit("text", SLOW, limit=60) for _ in range(3)]
    pool.close()
    assert all(isinstance(one.exception(5), RecogniserError) for one in waiting)
    assert isinstance(pool.submit("text", "x", limit=1).exception(5), UnavailableError)
    assert not [number for number in numbers if psutil.pid_exists(number)]


@pytest.mark.parametrize(
    ("toml", "kind", "message"),
    [('[[recogniser]]\nkind = "regex"\npatterns = { SHIP = "(" }\n', InputError, r"goldspan\.toml:3: .*\n"),
     ('[[recogniser]]\nkind = "regexp"\n', InputError, "there is no kind 'regexp'"),
     ('[[recogniser]]\nkind = "spacy"\nmodel = "no_such_model"\n', GoldspanError, "no_such_model")],
)  # fmt: skip
def test_recognisers_that_cannot_be_read_are_an_error_with_its_place(toy, toml, kind, message):
    files.write(toy.root / "goldspan.toml", toml)
    with pytest.raises(kind, match=message):
        RecogniserPool(SuggesterRecipe(root=toy.root), 1).start()


def test_recogniser_that_asks_a_server_is_left_out_unless_it_may(toy):
    files.write(toy.root / "goldspan.toml", WORDS + ASKING)
    recipe = SuggesterRecipe(root=toy.root)
    suggester, left_out = recipe.suggester(toy)
    assert ([one.name for one in suggester.recognisers], left_out) == (["words"], ["asking"])
    with pytest.raises(NotFoundError, match=r"no recogniser to suggest with but asking\n.*--ask-servers"):
        SuggesterRecipe(root=toy.root, only=["asking"]).suggester(toy)
    suggester, left_out = SuggesterRecipe(root=toy.root, only=["asking"], asks_servers=True).suggester(toy)
    assert ([one.name for one in suggester.recognisers], left_out) == (["asking"], [])


def test_text_that_two_articles_have_is_of_none(words, caplog):
    texts = {example.id: example.text for example in words.gold_examples()}
    suggester = text_suggestions.load(words, SuggesterRecipe(root=words.root), processes=1)
    suggester.pool.close()
    articles = suggester._articles
    assert {articles.get(text_digest(text)) for text in texts.values()} <= {"storm", "harbour", "strike", None}
    assert articles[text_digest(texts["storm.p02"])] == "storm"
    doubled = text_suggestions._articles(
        _Index({"a": ["1", "2", "2"], "b": ["2", "3"], "c": RecogniserError("it is gone")}), "abc"
    )
    assert doubled == {"1": "a", "3": "b"}
    assert "1 article(s) cannot be read, such as c: it is gone" in caplog.text


class _Index:
    def __init__(self, index):
        self.index = index

    def submit(self, *_, **__):
        from concurrent.futures import Future

        future = Future()
        future.set_result(self.index)
        return future


def test_processes_end_with_a_parent_that_is_killed(words):
    program = (
        "import sys, time\nfrom pathlib import Path\n"
        "from goldspan.service.recogniser_pool import RecogniserPool\n"
        "from goldspan.suggest.suggester_recipe import SuggesterRecipe\n"
        "pool = RecogniserPool(SuggesterRecipe(root=Path(sys.argv[1])), 2)\npool.start()\n"
        "print(*pool.numbers(), flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, words.root], stdout=subprocess.PIPE, text=True) as parent:
        numbers = [int(word) for word in parent.stdout.readline().split()]
        assert len(numbers) == 2
        parent.kill()
    deadline = time.monotonic() + 20
    while any(map(psutil.pid_exists, numbers)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_files_that_suggestions_depend_on(toy, tmp_path):
    files.write(toy.root / "goldspan.toml", '[[recogniser]]\nkind = "regex"\nfiles = { SHIP = "ships.txt" }\n')
    files.write(toy.root / "ships.txt", "Aurora\n")
    model = tmp_path / "model"
    files.write(model / "ner" / "weights", "1")

    def changes(path, text):
        before = fingerprint(toy.root, str(model))
        assert before == fingerprint(toy.root, str(model))
        files.write(path, text)
        return before != fingerprint(toy.root, str(model))

    assert changes(toy.root / "ships.txt", "Aurora\nBerta\n")
    assert changes(model / "ner" / "weights", "22")
    assert changes(toy.gold / "storm.jsonl", (toy.gold / "storm.jsonl").read_text() + "\n")
    assert changes(toy.folder / "manifest.jsonl", (toy.folder / "manifest.jsonl").read_text() + "\n")
    assert changes(toy.scheme_file, toy.scheme_file.read_text() + "\n")
    assert changes(toy.root / "goldspan.toml", "[[recogniser\n")
    assert not changes(toy.root / "README.md", "x")


def test_processes_get_no_secret_but_the_key_of_a_language_model(monkeypatch):
    secrets = {"GOLDSPAN_SERVICE_TOKEN": "t" * 20, "DOCCANO_PASSWORD": "p", "DOCCANO_PROXY_AUTH": "a:b"}
    for name, value in {**secrets, "GOLDSPAN_LANGUAGE_MODEL_KEY": "key"}.items():
        monkeypatch.setenv(name, value)
    environment = child_process._environment()
    assert not secrets.keys() & environment.keys()
    assert environment["GOLDSPAN_LANGUAGE_MODEL_KEY"] == "key"


def test_texts_of_an_article_get_what_suggest_finds_there_which_is_more_than_each_alone(project):
    answers = recogniser_process._Answers(SuggesterRecipe(root=project.root))
    differing = 0
    for entry in project.entries:
        examples = desired_examples(project, [entry])
        found = answers.answer("article", entry.id)
        for example in answers._suggester.suggest(examples):
            rows = [(span.start, span.end, span.label) for span in example.spans]
            assert found[text_digest(example.text)] == rows
            differing += answers.answer("text", example.text) != rows
    assert differing
