"""The recogniser against a stub server: quotes in any script, parts of articles, cache, budget, faults, command."""

import json
import shutil
import threading
import time

import pytest
from typer.testing import CliRunner

from goldspan import cli
from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.doccano.push.desired_state import suggested_examples, unread_examples
from goldspan.errors import GoldspanError, InputError, NotFoundError, ServerError
from goldspan.stats import all_tables
from goldspan.suggest.language_model.options import KEY_VARIABLE
from goldspan.suggest.language_model.plan import plan_requests
from goldspan.suggest.language_model.recogniser import LanguageModel
from goldspan.suggest.suggester import NOT_READ_BY, Suggester
from helpers.http_faults import reply
from helpers.language_model_stub import ModelStub, completion, mention, quoting

KEY = "sk-that-must-not-leak"
SHIPS = {"Aurora": "SHIP", "Odesa": "PORT", "北京号": "SHIP", "上海": "PORT", "بغداد": "PORT", "Zu\u0308rich": "SHIP"}


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def settings(corpus, address, more="", *, text="address"):
    """Write a `goldspan.toml` with a language model."""
    (corpus.root / "goldspan.toml").write_text(
        f'[[recogniser]]\nkind = "language-model"\n{text} = "{address}"\n{more}\n', encoding="utf-8"
    )
    return Corpus(corpus.root)


def model_of(corpus, address, more=""):
    """The language model of a project, with leave to ask and without pauses."""
    suggester = Suggester.of(settings(corpus, address, more))
    suggester.permit_requests()
    (model,) = suggester.recognisers
    assert isinstance(model, LanguageModel)
    model.client._pause = lambda _: None
    return model


def document(*texts, article="a"):
    return [Example(f"{article}.p{number:02}", text) for number, text in enumerate(texts, 1)]


def found(model, *documents):
    """What is found in each example of the documents, as (words, label)."""
    return [
        [(example.text[one.start : one.end], one.label) for one in spans]
        for examples, lists in zip(documents, model.recognise(documents), strict=True)
        for example, spans in zip(examples, lists, strict=True)
    ]


def notes(model):
    return "\n".join(model.notes)


def test_repeated_and_non_ascii_mentions_get_their_places(toy):
    texts = (
        "The Aurora met the Aurora off Odesa.",
        "北京号离开上海,北京号到达上海。",
        "وصلت السفينة إلى بغداد ثم غادرت بغداد.",
        "👩‍👩‍👧 Die Zu\u0308rich und die Zu\u0308rich 🇽🇰 in Odesa",
        "Nothing here.",
    )
    with ModelStub(quoting(SHIPS)) as stub:
        model = model_of(toy, stub.address)
        (spans,) = model.recognise([document(*texts)])
    words = [[text[one.start : one.end] for one in row] for text, row in zip(texts, spans, strict=True)]
    for text, row in zip(texts, spans, strict=True):
        print(f"\n{text}\n  ", *(f"[{one.start}, {one.end}] {text[one.start : one.end]} {one.label};" for one in row))
    print(notes(model))
    assert words == [
        ["Aurora", "Aurora", "Odesa"],
        ["北京号", "上海", "北京号", "上海"],
        ["بغداد", "بغداد"],
        ["Zu\u0308rich", "Zu\u0308rich", "Odesa"],
        [],
    ]
    assert [one.start for one in spans[0]] == [4, 19, 30]
    assert {(one.rule, one.score) for row in spans for one in row} == {("model.quote", None)}
    assert len(stub.requests) == 1
    assert "placed 12 quotes; refused none" in notes(model)


def test_what_is_not_in_the_text_has_an_unknown_label_or_no_example_is_refused_and_counted(toy):
    mentions = [
        mention("Aurora", "SHIP"),
        mention("Titanic", "SHIP"),
        mention("Odes", "PORT"),
        mention("Odesa", "HARBOUR"),
        mention("Odesa", "PORT", 7),
        mention("Aurora", "SHIP"),
    ]
    with ModelStub(lambda _: completion(mentions)) as stub:
        model = model_of(toy, stub.address)
        assert found(model, document("Aurora left Odesa.")) == [[("Aurora", "SHIP")]]
    told = notes(model)
    assert "placed 1 quote; refused 5 (" in told
    for reason in (
        "not in the text",
        "only a part of a word",
        "with a label that",
        "of an example that",
        "quoted more",
    ):
        assert f"1 {reason}" in told
    assert "Titanic" not in told


def test_an_article_is_asked_about_in_parts_with_the_text_before_as_context(toy):
    texts = [f"Aurora {number} left Odesa for a long voyage." for number in range(6)]
    with ModelStub(quoting(SHIPS)) as stub:
        model = model_of(toy, stub.address, "text_characters = 80\ncontext_characters = 20\nparallel = 1")
        assert found(model, document(*texts)) == [[("Aurora", "SHIP"), ("Odesa", "PORT")]] * 6
    assert [request.examples for request in stub.requests] == [texts[:2], texts[2:4], texts[4:]]
    questions = [request.body["messages"][-1]["content"] for request in stub.requests]
    assert "<before>" not in questions[0]
    assert questions[1].startswith("<before>\nfor a long voyage.\n</before>")


def test_a_longer_example_is_asked_about_alone_and_whole(toy):
    long = "Aurora " * 50
    with ModelStub(quoting(SHIPS)) as stub:
        model = model_of(toy, stub.address, "text_characters = 80\nparallel = 1")
        assert [len(row) for row in found(model, document("Odesa", long, "Odesa"))] == [1, 50, 1]
    assert [request.examples for request in stub.requests] == [["Odesa"], [long], ["Odesa"]]


def test_results_are_in_order_whatever_the_answers_take(toy):
    lock, number = threading.Lock(), iter(range(100))

    def slow_first(request):
        with lock:
            time.sleep(0.05 if next(number) == 1 else 0)
        return quoting(SHIPS)(request)

    documents = [document(f"Aurora {'Odesa ' * n}", article=f"a{n}") for n in range(12)]
    with ModelStub(slow_first) as stub:
        model = model_of(toy, stub.address, "parallel = 4")
        assert [len(row) for row in found(model, *documents)] == [n + 1 for n in range(12)]


def test_the_guidelines_are_sent_as_annotators_read_them(toy):
    with ModelStub() as stub:
        found(model_of(toy, stub.address, 'model = "small"'), document("Aurora"))
    (request,) = stub.requests
    system, *shots, question = request.body["messages"]
    assert "SHIP: The name of a ship." in system["content"]
    assert "# SHIP" in system["content"]
    assert "[Odesa]{PORT}" in system["content"]
    assert json.loads(shots[1]["content"])["mentions"][0] == mention("Aurora", "SHIP", before="The")
    assert [one["role"] for one in (system, *shots, question)] == ["system", "user", "assistant", "user"]
    assert request.path == "/v1/chat/completions"
    assert {name: request.body[name] for name in ("model", "temperature", "seed", "max_tokens")} == {
        "model": "small",
        "temperature": 0,
        "seed": 1,
        "max_tokens": 4000,
    }
    assert "stream" not in request.body


def test_only_some_labels_are_asked_for_under_their_names(toy):
    with ModelStub(quoting(SHIPS)) as stub:
        model = model_of(toy, stub.address, 'ask_for = ["PORT"]\nlabels = { PORT = "CREW" }')
        assert model.labels == {"CREW"}
        assert found(model, document("Aurora left Odesa.")) == [[("Odesa", "CREW")]]
    (request,) = stub.requests
    schema = request.body["response_format"]["json_schema"]["schema"]["properties"]["mentions"]["items"]
    assert schema["properties"]["label"]["enum"] == ["PORT"]
    assert schema["required"] == list(schema["properties"])
    assert "SHIP" not in request.body["messages"][0]["content"].partition("The guidelines follow")[0]


# The cache


def test_a_second_run_asks_nothing(toy):
    texts = document("Aurora left Odesa.", "上海")
    with ModelStub(quoting(SHIPS)) as stub:
        first = found(model_of(toy, stub.address), texts)
        again = model_of(toy, stub.address)
        assert found(again, texts) == first
        assert len(stub.requests) == 1
        assert "0 requests" in notes(again)
        assert "1 answer out of the cache" in notes(again)
        found(model_of(toy, stub.address, 'model = "another"'), texts)
        found(model_of(toy, stub.address, "temperature = 0.5"), texts)
        found(model_of(toy, stub.address), document("Aurora left."))
        assert len(stub.requests) == 4
    unreachable = model_of(toy, stub.address)
    assert found(unreachable, texts) == first


@pytest.mark.parametrize("damage", [b"", b"{", b'{"content": 1}', b"\xff\xfe", b"null", b"swap"])
def test_a_damaged_entry_is_asked_again(toy, damage):
    texts = document("Aurora left Odesa.")
    with ModelStub(quoting(SHIPS)) as stub:
        first = found(model_of(toy, stub.address), texts)
        (entry,) = (toy.build / "cache" / "language-model").rglob("*.json")
        entry.write_bytes(entry.read_bytes().replace(b"Odesa", b"Odess") if damage == b"swap" else damage)
        assert found(model_of(toy, stub.address), texts) == first
        assert len(stub.requests) == 2


def test_neither_the_cache_nor_a_message_holds_the_key_or_the_text(toy, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, f"{KEY}\n")
    private = "The words that nobody else may read about the Aurora."
    with ModelStub(quoting(SHIPS), [reply(500, {"error": {"message": f"cannot do {private} with {KEY}"}})]) as stub:
        model = model_of(toy, stub.address)
        assert found(model, document(private)) == [[("Aurora", "SHIP")]]
        assert stub.requests[-1].headers["Authorization"] == f"Bearer {KEY}"
    files = [path for path in (toy.build / "cache").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    kept = "".join(path.read_text() for path in files)
    assert "Aurora" in kept
    assert KEY not in kept + notes(model)
    assert "nobody else" not in kept + notes(model)


def test_without_leave_nothing_is_asked_and_what_is_not_known_is_named(toy):
    with ModelStub(quoting(SHIPS)) as stub:
        found(model_of(toy, stub.address), document("Aurora"))
        suggester = Suggester.of(settings(toy, stub.address))
        known, unknown = suggester.suggest_all([document("Aurora"), document("Odesa", article="b")])
        assert len(stub.requests) == 1
    assert len(known.examples[0].spans) == 1
    assert NOT_READ_BY not in known.examples[0].extra
    assert unknown.examples[0].extra[NOT_READ_BY] == ["language-model"]
    assert list(suggester.not_read["language-model"]) == ["b.p01"]
    assert "did not read 1 example: b.p01: only `goldspan suggest` asks" in "\n".join(suggester.notes)


# The form of the answer


def refusing(*forms):
    """A server that does not take these forms."""

    def model(request):
        if request.form in forms:
            return reply(400, {"error": {"message": f"response_format type {request.form} is not supported"}})
        return quoting(SHIPS)(request)

    return model


@pytest.mark.parametrize(
    ("refused", "form"),
    [((), "json-schema"), (("json_schema",), "json-object"), (("json_schema", "json_object"), "text")],
)
def test_the_strictest_form_that_the_server_takes_is_found_and_told(toy, refused, form):
    documents = [document(f"Aurora {n}", article=f"a{n}") for n in range(6)]
    with ModelStub(refusing(*refused)) as stub:
        model = model_of(toy, stub.address)
        assert found(model, *documents) == [[("Aurora", "SHIP")]] * 6
        assert len(stub.requests) == 6 + len(refused)
        assert f'output = "{form}" spares the try' in notes(model)
        again = model_of(toy, stub.address)
        assert found(again, *documents) == [[("Aurora", "SHIP")]] * 6
        assert len(stub.requests) == 6 + len(refused)


def test_a_form_that_is_stated_is_the_only_one_tried(toy):
    with ModelStub(refusing("json_schema")) as stub:
        model = model_of(toy, stub.address, 'output = "json-schema"')
        with pytest.raises(ServerError, match="is not supported") as caught:
            found(model, document("Aurora"))
        assert 'output = "json-object"' in str(caught.value)
        assert len(stub.requests) == 1
        found(model_of(toy, stub.address, 'output = "text"'), document("Aurora"))
        assert stub.requests[-1].form == "text"


# What cannot be used


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (completion("no JSON at all"), "the answer is not JSON"),
        (completion('{"mentions": [{"quote": "Aurora"'), "the answer is not JSON"),
        (completion('{"spans": []}'), "no object with a list 'mentions'"),
        (completion('{"mentions": {"quote": "Aurora"}}'), "no object with a list 'mentions'"),
        (completion('{"mentions": ["Aurora"]}'), "mention 1 of the answer has not the keys"),
        (completion('{"mentions": [{"quote": 1, "label": "SHIP"}]}'), "mention 1 of the answer has not the keys"),
        (completion('{"mentions": []} and {"mentions": []}'), "several objects with mentions"),
        (completion('{"mentions": []}', finish="length"), "cut off at its longest length"),
        (completion('{"mentions": []}', finish="content_filter"), "filter withheld"),
        (completion(""), "its answer is empty"),
        (completion(None), "its answer is empty"),
        (reply(200, {"choices": []}), "its answer is empty"),
        (reply(200, {"choices": [{"message": {"content": [1]}}]}), "its answer is empty"),
        (reply(200, {"error": {"message": "out of memory"}}), "out of memory"),
        (reply(400, {"error": {"message": "maximum context length is 4096"}}), "status 400: maximum context"),
        (reply(422, {"detail": "unknown"}), "status 422: unknown"),
        (reply(413, ""), "status 413"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named_and_counted(toy, fault, reason):
    with ModelStub(lambda request: fault if "bad" in request.examples[0] else quoting(SHIPS)(request)) as stub:
        model = model_of(toy, stub.address, "parallel = 1")
        documents = [document("Aurora"), document("bad Aurora", article="b"), document("Odesa", article="c")]
        assert found(model, *documents) == [[("Aurora", "SHIP")], [], [("Odesa", "PORT")]]
    assert list(model.unread) == ["b.p01"]
    assert reason in model.unread["b.p01"]
    assert "did not read 1 example: b.p01" in notes(model)
    assert not (toy.build / "cache").exists() or len(list((toy.build / "cache").rglob("*.json"))) == 2


def test_the_halves_of_a_part_are_asked_about_so_that_one_example_costs_no_other(toy):
    def model(request):
        if any("bad" in text for text in request.examples):
            return completion("{}", finish="length")
        return quoting(SHIPS)(request)

    texts = document("Aurora", "Odesa", "bad", "上海", "Aurora")
    with ModelStub(model) as stub:
        recogniser = model_of(toy, stub.address, "parallel = 1")
        assert [len(row) for row in found(recogniser, texts)] == [1, 1, 0, 1, 1]
    assert list(recogniser.unread) == ["a.p03"]
    assert [len(request.examples) for request in stub.requests] == [5, 2, 3, 1, 2]
    known = Suggester.of(Corpus(toy.root))
    assert [len(one.spans) for one in known.suggest(texts)] == [1, 1, 0, 1, 1], "without leave to ask"
    assert list(known.not_read["language-model"]) == ["a.p03"]


def test_halves_that_were_answered_are_not_asked_about_again(toy):
    def model(request):
        return completion("{}", finish="length") if len(request.examples) > 1 else quoting(SHIPS)(request)

    texts = document("Aurora", "Odesa", "上海")
    with ModelStub(model) as stub:
        first = found(model_of(toy, stub.address, "parallel = 1"), texts)
        assert [len(request.examples) for request in stub.requests] == [3, 1, 2, 1, 1]
        assert found(model_of(toy, stub.address, "parallel = 1"), texts) == first
        assert len(stub.requests) == 5
        assert plan_requests(model_of(toy, stub.address), [texts]).requests == 0


def test_what_models_write_around_the_answer_is_passed_over(toy):
    contents = [
        '```json\n{"mentions": [{"example": 1, "quote": "Aurora", "label": "SHIP", "before": ""}]}\n```',
        '<think>{"mentions": []} or not?</think>\n{"mentions": [{"quote": "Aurora", "label": "SHIP"}]}',
        'Here it is: {"mentions": [{"example": null, "quote": "Aurora", "label": "SHIP", "why": "a ship"}]} Done.',
    ]
    with ModelStub(replies=[completion(one) for one in contents]) as stub:
        model = model_of(toy, stub.address, "parallel = 1")
        documents = [document(f"Aurora {n}", article=f"a{n}") for n in range(3)]
        assert found(model, *documents) == [[("Aurora", "SHIP")]] * 3


def test_after_five_failures_in_a_row_nothing_more_is_asked(toy):
    with ModelStub(lambda _: completion("nonsense")) as stub:
        model = model_of(toy, stub.address, "parallel = 1")
        assert found(model, *[document("Aurora", article=f"a{n}") for n in range(9)]) == [[]] * 9
        assert len(stub.requests) == 5
    assert len(model.unread) == 9
    assert "no answer could be used 5 times in a row" in model.unread["a8.p01"]


# The budget


@pytest.mark.parametrize(
    ("more", "asked", "reason"),
    [
        ("most_requests = 2", 2, "most_requests = 2 is used up"),
        ("most_tokens = 5500\nanswer_tokens = 10", 3, "most_tokens = 5500 leaves no room"),
        ("most_seconds = 1e-9", 0, "most_seconds = 1e-09 is used up"),
    ],
)
def test_what_the_budget_leaves_no_room_for_is_named(toy, more, asked, reason):
    documents = [document(f"Aurora {n}", article=f"a{n}") for n in range(5)]
    answer = completion([mention("Aurora", "SHIP")], usage=(1500, 250))
    with ModelStub(lambda _: answer) as stub:
        model = model_of(toy, stub.address, f"{more}\nparallel = 1")
        rows = found(model, *documents)
        assert len(stub.requests) == asked
    assert [len(row) for row in rows] == [1] * asked + [0] * (5 - asked)
    assert list(model.unread) == [f"a{n}.p01" for n in range(asked, 5)]
    assert all(reason in why for why in model.unread.values())
    assert reason in notes(model)


def test_the_next_run_goes_on_where_the_budget_ended(toy):
    documents = [document(f"Aurora {n}", article=f"a{n}") for n in range(5)]
    with ModelStub(quoting(SHIPS)) as stub:
        for left in (3, 1, 0):
            model = model_of(toy, stub.address, "most_requests = 2\nparallel = 1")
            found(model, *documents)
            assert len(model.unread) == left
        assert len(stub.requests) == 5


def test_tokens_are_estimated_where_the_server_does_not_count_them(toy):
    with ModelStub(lambda _: completion([], usage=None)) as stub:
        model = model_of(toy, stub.address)
        found(model, document("Aurora"))
        assert model.budget.prompt_tokens > 100


def test_a_prompt_that_the_server_cuts_is_noticed(toy):
    with ModelStub(lambda _: completion([], usage=(10, 5))) as stub:
        model = model_of(toy, stub.address)
        found(model, document("Aurora"))
    assert "does it cut them?" in notes(model)


# Where texts may go


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.org/v1",
        "HTTP://api.example.org/v1",
        "http://10.0.0.1:8000/v1",
        "http://0.0.0.0:8000/v1",
        "http://localhost.example.org/v1",
        "http://2130706433/v1",
        "http://127.1/v1",
        "http://[fe80::1]/v1",
    ],
)
def test_texts_leave_this_machine_only_where_the_file_says_so(toy, address):
    with pytest.raises(InputError, match="texts would leave this machine") as caught:
        Suggester.of(settings(toy, address))
    assert "goldspan.toml:3" in str(caught.value)
    (model,) = Suggester.of(settings(toy, address, "texts_may_leave = true")).recognisers
    assert ("unencrypted" in "\n".join(model.notes)) is address.lower().startswith("http:")


def test_neither_a_variable_nor_an_option_lets_texts_leave(toy, monkeypatch):
    values = {"kind": "language-model", "address": "https://api.example.org/v1", "texts_may_leave": True}
    with pytest.raises(InputError, match="texts would leave this machine"):
        Suggester.of(toy, [values])
    monkeypatch.setenv("GOLDSPAN_RECOGNISER_TEXTS_MAY_LEAVE", "true")
    with pytest.raises(InputError, match="is no setting"):
        Suggester.of(settings(toy, "https://api.example.org/v1"))


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/v1", "http://localhost:1/v1", "http://[::1]:1/v1"])
def test_a_server_on_this_machine_needs_no_leave(toy, address):
    model = model_of(toy, address)
    assert model.client._session.trust_env is False
    with pytest.raises(ServerError, match="cannot be reached"):
        found(model, document("Aurora"))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("address", "127.0.0.1:8080", "is no address"),
        ("address", "ftp://127.0.0.1/v1", "is no address"),
        ("address", "http://127.0.0.1:99999/v1", "is no address"),
        ("address", "http://[::1/v1", "is no address"),
        ("address", "http://127.0.0.1/v 1", "is no address"),
        ("address", f"http://me:{KEY}@127.0.0.1/v1", "has a login"),
        ("address", f"http://127.0.0.1/v1?key={KEY}", "a question mark"),
        ("address", "http://127.0.0.1/v1/chat/completions", "ends in /chat/completions"),
        ("key_variable", KEY, "no name of a variable"),
        ("api_key", KEY, "unknown key 'api_key'"),
        ("output", "yaml", "'output' is 'yaml'"),
        ("matching", "fuzzy", "'matching' is 'fuzzy'"),
        ("model", "", "'model' is ''"),
    ],
)
def test_wrong_keys_are_refused_without_the_key_in_the_message(toy, key, value, message):
    file = toy.root / "goldspan.toml"
    rows = {"kind": "language-model", "address": "http://127.0.0.1:1/v1"} | {key: value}
    file.write_text("[[recogniser]]\n" + "".join(f"{name} = {json.dumps(row)}\n" for name, row in rows.items()))
    with pytest.raises(InputError) as caught:
        Suggester.of(Corpus(toy.root))
    assert message in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("parallel = 0", "'parallel' is 0"),
        ("temperature = 3.0", "'temperature' is 3.0"),
        ("request = { messages = [] }", "request has messages"),
        ("request = { stream = true, n = 2 }", "request has n and stream"),
        ("request = { day = 2024-01-01 }", "a value that is none in JSON"),
        ('ask_for = ["HARBOUR"]', "no label 'HARBOUR'"),
        ("ask_for = []", "'ask_for' is"),
        ('labels = { GPE = "PORT" }', "does not find the label 'GPE'"),
        ('pages = ["none.md"]', "is no page of the guidelines"),
        ('pages = ["../../secret.md"]', "is no page of the guidelines"),
        ("shots = -1", "'shots' is -1"),
        ('omit = ["messages"]', "'omit' holds 'messages'"),
    ],
)
def test_wrong_values_are_refused(toy, more, message):
    with pytest.raises(InputError) as caught:
        Suggester.of(settings(toy, "http://127.0.0.1:1/v1", more))
    assert message in str(caught.value)


def test_keys_of_a_request_are_left_out_or_added_for_servers_that_need_it(toy):
    with ModelStub() as stub:
        more = (
            'omit = ["temperature", "max_tokens"]\nrequest = { max_completion_tokens = 900, reasoning_effort = "low" }'
        )
        found(model_of(toy, stub.address, more), document("Aurora"))
    body = stub.requests[0].body
    assert not {"temperature", "max_tokens"} & set(body)
    assert (body["max_completion_tokens"], body["reasoning_effort"]) == (900, "low")


@pytest.mark.parametrize("value", ["", "  ", "two words", "schlüssel", "a\x07b"])
def test_a_variable_that_is_named_must_hold_a_key(toy, monkeypatch, value):
    monkeypatch.setenv("VENDOR_KEY", value)
    suggester = Suggester.of(settings(toy, "http://127.0.0.1:1/v1", 'key_variable = "VENDOR_KEY"'))
    assert suggester.suggest(document("Aurora")), "what does not ask needs no key"
    with pytest.raises(NotFoundError, match="VENDOR_KEY") as caught:
        suggester.permit_requests()
    assert not value.strip() or value not in str(caught.value)


# The command


def suggest(corpus, *arguments):
    return CliRunner().invoke(cli.app, ["suggest", "--root", str(corpus.root), *arguments])


def lines_of(corpus, article):
    return [json.loads(line) for line in (corpus.suggestions / f"{article}.jsonl").read_text().splitlines()]


def test_the_command_writes_names_the_recogniser_and_tells_what_was_asked(toy):
    with ModelStub(quoting(SHIPS)) as stub:
        settings(toy, stub.address)
        done = suggest(toy)
        assert done.exit_code == 0, done.output
        assert "placed" in done.stderr
        assert "3 requests to" not in done.stdout
    rows = [row for path in toy.suggestions.glob("*.jsonl") for row in lines_of(toy, path.stem)]
    assert {name for row in rows for name in row["recognisers"]} == {"language-model"}
    assert {rule for row in rows for rule in row["rules"]} == {"model.quote"}
    assert {score for row in rows for score in row["scores"]} == {None}
    assert not any(NOT_READ_BY in row for row in rows)


def test_the_command_keeps_what_is_done_names_the_rest_and_exits_with_one(toy):
    with ModelStub(quoting(SHIPS)) as stub:
        settings(toy, stub.address, "most_requests = 1\nparallel = 1")
        done = suggest(toy, "--json", str(toy.root / "report.json"))
        assert done.exit_code == 1
        assert "could not be read by every recogniser" in done.stderr
        assert "most_requests = 1 is used up" in done.stderr
        assert "found nothing in what was read." in done.stdout
        rows = [row for path in sorted(toy.suggestions.glob("*.jsonl")) for row in lines_of(toy, path.stem)]
        unread = [row["id"] for row in rows if row.get(NOT_READ_BY) == ["language-model"]]
        assert 0 < len(unread) < len(rows)
        assert json.loads((toy.root / "report.json").read_text())["not_read"] == {
            "language-model": dict.fromkeys(unread, "most_requests = 1 is used up")
        }
        assert unread_examples(suggested_examples(toy, toy.select_entries())) == {"language-model": len(unread)}
        assert any(row["spans"] for row in rows)
        settings(toy, stub.address)
        assert suggest(toy).exit_code == 0
        assert not any(
            NOT_READ_BY in row for path in toy.suggestions.glob("*.jsonl") for row in lines_of(toy, path.stem)
        )


def test_the_prompt_is_shown_and_counted_before_anything_is_sent(toy):
    with ModelStub(quoting(SHIPS)) as stub:
        settings(toy, stub.address, 'model = "small"')
        done = suggest(toy, "--show-prompt")
        assert done.exit_code == 0, done.output
        assert not stub.requests
        assert not toy.build.exists()
        assert "3 requests for 3 articles; 0 answers in the cache already." in done.stdout
        assert f"the model small at {stub.address} (on this machine)" in done.stdout
        assert "--- system ---\nYou mark spans" in done.stdout
        assert '<example number="1">' in done.stdout
        suggest(toy)
        assert "0 requests for 3 articles; 3 answers in the cache already." in suggest(toy, "--show-prompt").stdout


def test_the_prompt_of_a_project_without_a_language_model_cannot_be_shown(toy):
    done = suggest(toy, "--show-prompt")
    assert done.exit_code == 1
    assert isinstance(done.exception, GoldspanError)
    assert "no recogniser of this project is a language model" in str(done.exception)


@pytest.mark.slow
def test_other_commands_take_what_the_cache_has_and_never_ask(toy):
    with ModelStub(quoting(SHIPS)) as stub:
        settings(toy, stub.address)
        suggest(toy)
        asked = len(stub.requests)
        done = CliRunner().invoke(cli.app, ["build", "--root", str(toy.root)])
        assert done.exit_code == 0, done.output
        assert len(stub.requests) == asked
    assert any(row["spans"] for path in toy.suggestions.glob("*.jsonl") for row in lines_of(toy, path.stem))


def test_the_tables_do_not_depend_on_what_a_server_once_answered(toy):
    with ModelStub(quoting(SHIPS)) as stub:
        corpus = settings(toy, stub.address)
        suggest(toy)
        tables = [table.markdown() for table in all_tables(corpus)]
        shutil.rmtree(toy.build)
        assert [table.markdown() for table in all_tables(corpus)] == tables
