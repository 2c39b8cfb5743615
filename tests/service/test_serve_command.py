"""`goldspan serve` from its start to its end."""

import json
import os
import re
import signal
import socket
import sys
import threading
import time

import psutil
import pytest

from goldspan import cli, files
from goldspan.errors import NotFoundError, ServerError
from goldspan.service import server, service_state
from goldspan.service.project_files import fingerprint
from goldspan.service.read_back import ReadBackThread
from goldspan.service.rejections import RejectionLedger, ledger_path
from goldspan.service.service_statistics import ServiceStatistics, percentile
from helpers.service_process import ServiceProcess
from helpers.suggestion_service import WORDS, RunningService

ANY = "0.0.0.0"  # noqa: S104  (nothing is bound to it)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(service_state.VARIABLE, raising=False)


def serve(capsys, root, *arguments):
    """The exit code and the errors of a start that fails."""
    with pytest.raises(SystemExit) as end:
        cli.main(["serve", "--root", str(root), *arguments])
    return end.value.code, capsys.readouterr().err


def test_life_of_a_service(words):
    process = ServiceProcess(words.root, token=None)
    with process:
        state = json.loads(next(process.data.rglob("*.json")).read_text())
        assert (state["url"], state["root"]) == (process.url, str(words.root))
        opening = "".join(process.opening)
        assert state["token"] not in opening
        assert "words" in opening
        assert "no --project: what annotators delete is suggested again" in opening
        process.token = state["token"]
        assert process.post("🚢 Aurora")[0] == [{"label": "SHIP", "start_offset": 3, "end_offset": 9}]
        children = psutil.Process(process.process.pid).children(recursive=True)
        assert children
        assert process.end() == 0
    printed, log = process.rest
    assert re.fullmatch(r"1 answer \(p50 \d+ ms, p95 \d+ ms\) with 1 span\n", printed)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 1 span in \d+ ms\n", log)
    assert not [child for child in children if child.is_running()]


@pytest.mark.slow
def test_end_waits_for_what_is_under_way_and_a_kill_leaves_no_process(words):
    with ServiceProcess(words.root, "--processes", "1") as process:
        children = psutil.Process(process.process.pid).children(recursive=True)
        found = []
        asking = threading.Thread(target=lambda: found.append(process.post("Berta " + "x" * 100_000)[0]))
        asking.start()
        time.sleep(0.05)
        assert process.end(signal.SIGINT) == 0
        asking.join()
        assert found == [[{"label": "SHIP", "start_offset": 0, "end_offset": 5}]]
    with ServiceProcess(words.root, "--processes", "1") as process:
        children += psutil.Process(process.process.pid).children(recursive=True)
        assert process.end(signal.SIGKILL) == -9
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive


def test_port_in_use(words, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, error = serve(capsys, words.root, "--port", port)
    assert code == 1
    assert error == (
        f"goldspan: port {port} of 127.0.0.1 is in use, perhaps by another `goldspan serve`\n"
        "  End what uses it, or choose another port with --port (0 for any that is free).\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [(["--host", ANY], 1, "could be reached at 0.0.0.0 from other machines\n  If that is wanted"),
     (["--host", "::"], 1, "could be reached at :: from other machines"),
     (["--host", "192.0.2.1", "--server-name", "x", "--port", "0"], 1, "nothing can listen at port 0 of 192.0.2.1"),
     (["--host", "goldspan.example"], 1, "'goldspan.example' is no address"), (["--host", ""], 1, "'' is no address"),
     (["--port", "65536"], 2, "less than or equal to 65535"), (["--port", "-1"], 2, "greater than or equal to 0"),
     (["--processes", "0"], 2, "equal to 1"), (["--answer-within", "30"], 2, "less than or equal to 25"),
     (["--model", "m", "--no-model"], 2, "--model and --no-model exclude each other"),
     (["--recogniser", "none"], 1, "'none'"), (["--model", "no_such_model", "--port", "0"], 1, "no_such_model"),
     (["--map", "A"], 2, "A"), (["--root", "/nowhere"], 1, "no corpus/manifest.jsonl")],
)  # fmt: skip
def test_wrong_usage(words, capsys, arguments, code, message):
    ended, error = serve(capsys, words.root, "--port", "0", *arguments)
    words_of_error = " ".join(error.replace("│", " ").split())
    assert (ended, " ".join(message.split()) in words_of_error) == (code, True), error
    assert "Traceback" not in error


def test_missing_extra_names_the_command_that_installs_it(words, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    code, error = serve(capsys, words.root)
    assert (code, error) == (1, "goldspan: uvicorn is not installed\n  Run: pip install 'goldspan[serve]'\n")


def test_project_without_a_doccano_is_refused(words, capsys, monkeypatch):
    monkeypatch.delenv("DOCCANO_URL", raising=False)
    code, error = serve(capsys, words.root, "--port", "0", "--project", "news")
    assert (code, error.splitlines()[0]) == (1, "goldspan: there is no Doccano to work with")


def test_damaged_ledger_is_refused(toy, capsys):
    files.write(toy.root / "goldspan.toml", WORDS)
    files.write(ledger_path(toy), "<<<<<<< HEAD\n")
    code, error = serve(capsys, toy.root, "--port", "0")
    assert code == 1
    assert "rejections.jsonl:1: is no event of the ledger" in error


def test_addresses_under_which_it_may_be_asked():
    assert ANY not in server.ServerOptions(host=ANY, server_names=["a"]).names
    assert {"192.0.2.1", "a", "localhost"} <= set(server.ServerOptions(host="192.0.2.1", server_names=["a"]).names)
    server.require_safe(server.ServerOptions(host=ANY, server_names=["a"]))
    server.require_safe(server.ServerOptions(host="127.0.0.5"))
    listener = server.bind(server.ServerOptions(port=0))
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", server.address(listener))
    listener.close()


def test_two_that_start_at_once_cannot_have_one_port():
    first = server.bind(server.ServerOptions(port=0))
    options = server.ServerOptions(port=first.getsockname()[1])
    second = server.bind(options)
    with first, second:
        with pytest.raises(ConnectionRefusedError):  # nobody waits while recognisers are loaded
            socket.create_connection(("127.0.0.1", options.port))
        server.listen(first, options)
        with pytest.raises(NotFoundError, match="is in use"):
            server.listen(second, options)


def test_recognisers_are_loaded_again_when_their_files_change(toy, monkeypatch, caplog):
    caplog.set_level("INFO", logger="goldspan.service")
    monkeypatch.setattr(server, "LOOK_EVERY", 0.1)
    files.write(toy.root / "goldspan.toml", WORDS)
    with RunningService(toy, projects=()) as service:
        first = service.service.suggester
        files.write(toy.root / "goldspan.toml", "[[recogniser]]\n")
        _wait(lambda: "the former recognisers go on" in caplog.text)
        assert service.suggest("Berta", None) == [("SHIP", 0, 5)]
        assert service.service.suggester is first
        files.write(toy.root / "goldspan.toml", WORDS.replace("SHIP", "PORT"))
        _wait(lambda: "loaded: words" in caplog.text)
        assert service.suggest("Berta", None) == [("PORT", 0, 5)]
        assert first.pool.is_closed
        assert not first.pool.numbers()


def _wait(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_files_of_a_project_without_recognisers_or_a_model(toy):
    assert fingerprint(toy.root, None) == fingerprint(toy.root, "no_such_model")


def test_read_back_goes_on_after_failures_and_says_each_reason_once(tmp_path, caplog):
    caplog.set_level("INFO", logger="goldspan.service")
    answers = [1, ServerError("no answer"), ServerError("no answer"), OSError("gone"), ValueError("odd"), 2]
    seen = threading.Event()

    def read_back(_):
        if len(answers) == 1:
            seen.set()
        answer = answers.pop(0) if answers else 0
        if isinstance(answer, Exception):
            raise answer
        return answer

    thread = ReadBackThread(read_back, RejectionLedger(tmp_path / "rejections.jsonl"), every=0.001)
    thread.start()
    assert seen.wait(30)
    thread.stop()
    assert thread.rejections == 3
    assert [caplog.text.count(words) for words in (": no answer", ": gone", "ValueError: odd", "read back again")] == [
        1
    ] * 4


def test_statistics_name_times_and_reasons():
    statistics = ServiceStatistics()
    assert statistics.sentence() == "0 answers"
    for number in range(100):
        statistics.answered(number % 2, number / 1000, "" if number % 2 else "nothing found")
    statistics.answered(0, 0.2, "recognisers too slow")
    statistics.refuse(401)
    assert statistics.sentence() == (
        "101 answers (p50 50 ms, p95 95 ms) with 50 spans, 51 empty (nothing found: 50; recognisers too slow: 1), "
        "1 refused (401: 1)"
    )
    assert [percentile([1, 2, 3, 4], share) for share in (0, 0.25, 0.26, 0.5, 1)] == [1, 1, 2, 2, 4]


@pytest.mark.slow
def test_scripts_are_a_door_to_it(words):
    """Its processes are no second run of the script."""
    process = ServiceProcess(words.root, "--processes", "1")
    process.arguments[1:4] = [str(_door())]
    with process:
        assert process.post("Berta")[0] == [{"label": "SHIP", "start_offset": 0, "end_offset": 5}]
        assert process.end() == 0


def _door():
    from conftest import ROOT

    return ROOT / "scripts" / "serve.py"


def test_permissions_of_the_data_folder_do_not_depend_on_the_umask(words):
    before = os.umask(0)
    try:
        service_state.token_of(words)
    finally:
        os.umask(before)
    path = service_state.state_path(words)
    assert [place.stat().st_mode & 0o077 for place in (path, path.parent)] == [0, 0]


def test_log_without_a_reader_costs_no_answer(words):
    process = ServiceProcess(words.root, "--processes", "1")
    with process:
        process.process.stderr.close()
        for number in range(3):
            assert process.post(f"Berta {number}")[0] == [{"label": "SHIP", "start_offset": 0, "end_offset": 5}]
        process.process.terminate()
        assert process.process.wait(30) in {0, 141}
        process.rest = process.process.stdout.read(), ""
        process.process.stdout.close()
