"""Suggestions for shards on a cluster of Ray: two nodes on this machine, started and ended by these tests."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldspan import cli
from goldspan.articles.columns import ColumnNames
from goldspan.articles.received import ArticleOptions
from goldspan.bulk import ray_connection, ray_node, ray_workers
from goldspan.bulk import run as bulk_run
from goldspan.bulk.locations import Location
from goldspan.bulk.ray_connection import ClusterAddress
from goldspan.bulk.recipe import BulkRecipe
from goldspan.bulk.shard_rows import find_columns
from goldspan.bulk.shard_suggestions import ShardTask
from goldspan.bulk.shards import find_shards
from goldspan.bulk.workers import ThisProcess
from goldspan.errors import GoldspanError, InputError, InvalidValueError, NotFoundError, ServerError
from goldspan.suggest.suggester_recipe import SuggesterRecipe
from helpers.bulk_project import bulk_project, write_articles
from helpers.ray_cluster import SOURCE, RayCluster

RECOGNISERS = """
[[recogniser]]
kind = "gazetteer"
files = { SHIP = "lists/ship.txt", PORT = "../beside.txt" }

[[recogniser]]
kind = "regex"
patterns = { CREW = '\\d+ sailors' }
"""
ENDLESS = """
[[recogniser]]
kind = "regex"
patterns = { SHIP = '(?:(?:A|A)+)+B', CREW = '\\d+ sailors' }
time_limit = 3600
"""
PATIENCE = 30.0

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs Ray: pip install 'goldspan[ray]'")


@pytest.fixture(scope="module")
def cluster():
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # sockets want a short path
    nodes = RayCluster(folder)
    try:
        nodes.start()
        nodes.start()
        yield nodes
    finally:
        nodes.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def work(tmp_path):
    """A project that reads a file beside it, and an input of six shards."""
    bulk_project(tmp_path / "project", RECOGNISERS)
    (tmp_path / "beside.txt").write_text("Valparaíso\n", encoding="utf-8")
    for name in "abcdef":
        write_articles(tmp_path / "in" / f"{name}.jsonl", 150, 4)
    return tmp_path


def recipe_of(folder):
    shards = find_shards([str(folder / "in")])
    columns = find_columns(shards, ColumnNames(), "en")
    return BulkRecipe.of(SuggesterRecipe(root=folder / "project"), columns, ArticleOptions())


def run(folder, name, workers, recipe, **options):
    """Suggest with workers, which are closed."""
    output = Location.of(str(folder / name))
    shards = find_shards([str(folder / "in")])
    try:
        with bulk_run.locked(output):
            return bulk_run.run(shards, output, recipe, workers, **options)
    finally:
        workers.close()


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def expected(folder):
    recipe = recipe_of(folder)
    run(folder, "expected", ThisProcess(recipe), recipe)
    return contents(folder / "expected")


def command(folder, cluster, *further):
    return [sys.executable, "-m", "goldspan", "bulk", "suggest", str(folder / "in"), "--output", str(folder / "out"),
            "--root", str(folder / "project"), "--ray", cluster.address, *further]  # fmt: skip


def start(folder, cluster, *further):
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(
        command(folder, cluster, *further), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    )


def wait_for(condition, what):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def kill_an_actor(cluster):
    with contextlib.suppress(ProcessLookupError):
        os.kill(cluster.actors()[0], signal.SIGKILL)


def ledger_lines(folder):
    path = folder / "out" / "ledger.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


@needs_ray
@pytest.mark.slow
class TestCluster:
    def test_the_output_is_that_of_this_process_where_the_nodes_do_not_see_the_project(
        self, cluster, work, monkeypatch
    ):
        monkeypatch.setenv("GOLDSPAN_EXAMPLES_UNIT", "sentence")  # of which the nodes know nothing
        wanted, recipe = expected(work), recipe_of(work)
        workers = ray_workers.RayWorkers(recipe, cluster.address)
        assert workers.size == 2
        (work / "project").rename(work / "gone")
        (work / "beside.txt").unlink()
        killed = []

        def kill_once(progress):
            if progress.articles and not killed:
                killed.append(True)
                kill_an_actor(cluster)

        summary = run(work, "out", workers, recipe, on_progress=kill_once)
        assert not summary.failed
        assert summary.lost <= 1
        assert contents(work / "out") == wanted
        assert not [path for home in cluster.homes for path in home.rglob("labels.toml")], "the project was left there"

    def test_an_actor_that_is_killed_costs_its_shard_only(self, cluster, work, capfd):
        for name in "abcd":
            write_articles(work / "in" / f"{name}.jsonl", 120, 40)
        wanted, recipe = expected(work), recipe_of(work)
        killed = set()

        def kill_some(progress):
            if progress.shards_done in (1, 3) and progress.articles and progress.shards_done not in killed:
                killed.add(progress.shards_done)
                kill_an_actor(cluster)

        summary = run(work, "out", ray_workers.RayWorkers(recipe, cluster.address), recipe, on_progress=kill_some)
        assert not summary.failed
        assert 1 <= summary.lost <= 2
        assert contents(work / "out") == wanted
        assert capfd.readouterr() == ("", "")  # Ray prints nothing into our terminal

    def test_a_run_that_was_killed_is_continued_and_one_that_is_interrupted_ends_its_actors(self, cluster, work):
        for name in "abcd":
            write_articles(work / "in" / f"{name}.jsonl", 120, 40)
        wanted = expected(work)
        with start(work, cluster) as first:
            wait_for(lambda: ledger_lines(work), "no shard was done")
            first.kill()
        wait_for(lambda: not cluster.actors(), "actors outlive a driver that was killed")
        done = ledger_lines(work)
        (work / "out" / "ledger.jsonl").write_bytes((work / "out" / "ledger.jsonl").read_bytes() + b'{"shard": "half')
        with start(work, cluster) as second:
            wait_for(cluster.actors, "no actor was made")
            second.send_signal(signal.SIGINT)
            _, told = second.communicate(timeout=PATIENCE)
        assert second.returncode == 130, told
        assert "Traceback" not in told
        wait_for(lambda: not cluster.actors(), "actors outlive an interruption")
        with start(work, cluster) as third:
            printed, told = third.communicate(timeout=2 * PATIENCE)
        assert (third.returncode, told) == (0, "")
        assert done == 0 or "of them before" in printed
        assert contents(work / "out") == wanted

    def test_more_workers_than_processors_wait_and_that_is_said(self, cluster, work, monkeypatch):
        monkeypatch.setattr(ray_workers, "FIRST_NOTE", 1.0)
        wanted, recipe, notes = expected(work), recipe_of(work), []
        workers = ray_workers.RayWorkers(recipe, cluster.address, 5, on_wait=notes.append)
        time.sleep(1.0)
        summary = run(work, "out", workers, recipe)
        assert not summary.failed
        assert contents(work / "out") == wanted
        assert notes
        assert "of 5 wait for a CPU: the cluster has 2 CPUs" in notes[0]

    def test_an_actor_that_does_not_go_on_is_ended_and_the_article_rejected(self, cluster, tmp_path):
        bulk_project(tmp_path / "project", ENDLESS)
        (tmp_path / "in").mkdir()
        rows = ['{"id": "a", "text": "The Aurora has 40 sailors."}', '{"id": "b", "text": "%s"}' % ("A" * 60)]
        (tmp_path / "in" / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
        recipe = recipe_of(tmp_path)
        summary = run(tmp_path, "out", ray_workers.RayWorkers(recipe, cluster.address, 1, 2.0), recipe, stall=2.0)
        assert (summary.lost, summary.totals["articles"], summary.totals["rejects"]) == (2, 1, 1)

    def test_nodes_with_other_versions_or_other_storage_are_refused_by_name(self, cluster, work, monkeypatch):
        recipe = recipe_of(work)
        other = replace(recipe, versions={**recipe.versions, "spacy": "0.1"})
        with pytest.raises(InputError, match=r"on the node 127\.0\.0\.[23]: .* versions spacy is [\d.]+, not 0\.1"):
            ray_workers.RayWorkers(other, cluster.address)
        with monkeypatch.context() as patch:
            patch.setattr(ray_workers, "__version__", "99.0")
            with pytest.raises(NotFoundError, match=r"node 127\.0\.0\.[23] has goldspan [\d.]+\w*; 99\.0 is needed"):
                ray_workers.RayWorkers(recipe, cluster.address)
        (shard, *_), output = find_shards([str(work / "in")]), Location.of(str(work / "out"))
        (work / "out").mkdir()
        task = ShardTask(shard=shard, output=output)
        workers = ray_workers.RayWorkers(recipe, cluster.address)
        try:
            (work / "in").rename(work / "moved")
            workers.submit(task)
            assert workers.next_event().reason == "there is no such file any more"
            with monkeypatch.context() as patch:
                patch.setattr(Location, "exists", lambda _: True)  # here it is
                workers.submit(task)
                with pytest.raises(InputError, match=r"node 127\.0\.0\.[23] does not see it") as refused:
                    workers.next_event()
            assert refused.value.file == str(shard.location)
            assert "All nodes must see" in refused.value.remedy
        finally:
            workers.close()
        (work / "moved").rename(work / "in")
        with monkeypatch.context() as patch:
            patch.setattr(ray_workers.RayWorkers, "_write_token", lambda *_: None)  # as in a folder of this machine
            with pytest.raises(InputError, match=r"out: the node 127\.0\.0\.[23] does not see it"):
                run(work, "out", ray_workers.RayWorkers(recipe, cluster.address), recipe)

    def test_a_file_that_was_written_on_the_disk_of_a_node_is_noticed(self, cluster, work, monkeypatch):
        monkeypatch.setattr(ray_workers, "SETTLE", 0.5)
        recipe = recipe_of(work)
        monkeypatch.setattr(ray_workers, "files_of", lambda _, output: (output / "nothing.jsonl", output / "none"))
        with pytest.raises(InputError, match=r"was written on the node 127\.0\.0\.[23], and is not here"):
            run(work, "out", ray_workers.RayWorkers(recipe, cluster.address), recipe)


def test_a_cluster_that_is_gone_is_noticed():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    connection = ray_connection.ClusterConnection(None, ClusterAddress.of(f"127.0.0.1:{port}"))
    connection.require_cluster()
    connection.require_cluster()
    with pytest.raises(ServerError, match=r"the cluster is gone: .*cannot be reached") as gone:
        connection.require_cluster()
    assert "run the same command" in gone.value.remedy


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("auto", (None, None)),
        ("127.0.0.1:6379", ("127.0.0.1", 6379)),
        ("ray://head.example:10001", ("head.example", 10001)),
        ("[::1]:6379", ("::1", 6379)),
    ],
)
def test_addresses(text, place):
    address = ClusterAddress.of(text)
    assert (address.text, address.host, address.port) == (text, *place)


@pytest.mark.parametrize(
    "text",
    ["", "local", "head", "ray://head", "http://head:8265", "head:0", "head:66000", "head:6379/x", "a b:1", ":1"],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InvalidValueError, match="no address of a cluster"):
        ClusterAddress.of(text)


@needs_ray
@pytest.mark.parametrize("address", ["auto", "127.0.0.1:{}"])
def test_an_address_where_nothing_is_fails_at_once_in_one_line(work, monkeypatch, address):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{port}")
    began = time.monotonic()
    result = CliRunner().invoke(cli.app, command(work, RayClusterAt(address.format(port)))[3:])
    assert time.monotonic() - began < PATIENCE
    assert isinstance(result.exception, ServerError)
    assert f"127.0.0.1:{port}: cannot be reached: " in str(result.exception)
    assert not (work / "out").exists()


class RayClusterAt:
    """A cluster that need not be there."""

    def __init__(self, address):
        self.address = address


@needs_ray
def test_another_program_at_an_address_is_no_cluster(work):
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(ServerError, match="is no cluster of Ray: another program answers"):
            ray_workers.RayWorkers(recipe_of(work), f"127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()


def test_without_the_extra_it_is_said_how_to_install_it(work, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NotFoundError, match="package ray is not installed") as refused:
        ray_workers.RayWorkers(recipe_of(work), "auto")
    assert refused.value.remedy == ray_connection.EXTRA_REMEDY


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ConnectionError("Could not find any running Ray instance."), NotFoundError, "no cluster of Ray runs on this"),
        (
            RuntimeError(
                "Version mismatch: The cluster was started with:\n    Ray: 2.50.0\n    Python: 3.12.1\n"
                "This process on node 1 was started with:\n    Ray: 2.60.0\n    Python: 3.11.7\n"
            ),
            ServerError,
            r"there, then here: Ray 2.50.0; Python 3.12.1; Ray 2.60.0; Python 3.11.7",
        ),
        (ValueError("Ray Client requires pip package `ray[client]`."), NotFoundError, "a package is not installed"),
        (SystemExit(15), ServerError, "no cluster of Ray answers there"),
    ],
)
def test_what_ray_says_is_told_in_a_line(error, kind, message):
    with pytest.raises(kind, match=message):
        raise ray_connection._refusal(ClusterAddress("auto"), error)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("The actor is dead because its node has died.", "its node was lost: 127.0.0.3"),
        ("Task was killed due to the node running low on memory.", "it was ended on the node 127.0.0.3, which ran out"),
        ("Worker unexpectedly exits with a connection error code 2.", "its process ended on the node 127.0.0.3"),
    ],
)
def test_why_an_actor_was_lost(said, reason):
    assert ray_workers._reason(RuntimeError(said), "127.0.0.3").startswith(reason)


def test_a_cluster_with_no_worker_of_this_process_is_refused(work):
    result = CliRunner().invoke(cli.app, [*command(work, RayClusterAt("auto"))[3:], "--workers", "0"])
    assert isinstance(result.exception, GoldspanError)


@pytest.mark.parametrize(
    ("version", "message"),
    [(None, "node n1 has no goldspan: No module named 'goldspan'; "), ("0.0.1", "node n1 has goldspan 0.0.1; ")],
)
def test_a_node_without_this_goldspan_is_named(version, message):
    answer = {"node": "n1", "goldspan": version, "reason": "No module named 'goldspan'"}
    with pytest.raises(NotFoundError, match=message):
        ray_workers.RayWorkers._place(None, ray_workers._Actor(None, None), answer)


def test_a_snapshot_is_unpacked_once_on_a_node_and_removed_by_the_last_who_uses_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    unpacked = []

    def unpack(folder):
        unpacked.append(folder)
        (folder / "labels.toml").write_text("", encoding="utf-8")

    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    numbers = iter([os.getpid(), os.getppid(), ended.pid, os.getpid()])  # of the processes
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: next(numbers))
        one, two, killed, other = (ray_node._SnapshotFolder(name) for name in ("a", "a", "a", "b"))
    folder = one.fill(unpack)
    assert two.fill(unpack) == folder
    assert len(unpacked) == 1
    one.leave()
    assert (folder / "labels.toml").exists()
    killed._use.touch()
    two._use.unlink()
    later = other.fill(unpack)
    assert not folder.exists()
    other.leave()
    assert not later.exists()
