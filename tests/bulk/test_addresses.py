"""Files at addresses, on real servers of this machine: what is read, written, tried again, and said of a fault."""

import gzip
import hashlib
import json
import pickle
import re
import socket
import traceback
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldspan.articles.columns import ColumnNames
from goldspan.bulk import remote_files
from goldspan.bulk.locations import Location
from goldspan.bulk.shard_rows import ShardReading, find_columns
from goldspan.bulk.shards import digest_of, find_shards, require_apart
from goldspan.errors import GoldspanError, InputError, NotFoundError
from goldspan.web.addresses import redacted
from helpers import tls_proxy
from helpers.file_servers import CREDENTIALS, FileServer, ftp_server, s3_server
from helpers.http_faults import LOCAL

LINES = b"".join(json.dumps({"text": f"Text number {number}."}).encode() + b"\n" for number in range(2000))
SECRET = "secret-that-must-not-leak"  # noqa: S105  (of nobody)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(remote_files, "PAUSE", 0.001)
    monkeypatch.setattr(remote_files, "ANSWER_TIME", 0.5)


def rows_of(shards):
    return [row for shard in shards for row in ShardReading(shard).rows()]


def error_of(action, *arguments):
    """The error of a call, in one line, which holds no secret anywhere."""
    with pytest.raises(GoldspanError) as caught:
        action(*arguments)
    error = caught.value
    texts = [str(error), repr(error), "".join(traceback.format_exception(error)), repr(vars(error))]
    assert not [text for text in texts if SECRET in text]
    assert "\n" not in error.message
    assert error.remedy
    return str(error)


def write(location, data):
    with location.replacing() as stream:
        stream.write(data)


def fail_to_write(location):
    with location.replacing() as stream:
        stream.write(b"half")
        raise KeyError


@pytest.fixture(scope="module")
def s3():
    with pytest.MonkeyPatch.context() as monkeypatch, s3_server(monkeypatch, "news") as client:
        yield client


@pytest.fixture(params=["local", "memory", "s3", "ftp"])
def folder(request, tmp_path, monkeypatch):
    """An empty folder of each kind that can be written."""
    if request.param == "s3":
        request.getfixturevalue("s3")
        yield Location.of(f"s3://news/{tmp_path.name}/some/")
    elif request.param == "ftp":
        monkeypatch.setattr("fsspec.config.conf", {"ftp": {"username": "goldspan", "password": SECRET}})
        with ftp_server(tmp_path, SECRET) as address:
            yield Location.of(f"{address}/some/folder")
    else:
        yield Location.of(str(tmp_path / "some") if request.param == "local" else f"memory://{tmp_path.name}/some")


def test_what_is_written_is_there_whole_or_not_at_all(folder):
    file = folder / "a" / "b.jsonl"
    assert not file.exists()
    write(file, LINES)
    assert (file.read(), file.size(), file.exists(), file.is_folder()) == (LINES, len(LINES), True, False)
    with pytest.raises(KeyError):
        fail_to_write(file)
    assert file.read() == LINES
    with pytest.raises(KeyError):
        fail_to_write(folder / "c.jsonl")
    assert not (folder / "c.jsonl").exists()
    write(file, b"new\n")
    assert file.read() == b"new\n"
    assert folder.sizes_inside() == {"a/b.jsonl": 4}
    assert ((folder / "a").is_folder(), (folder / "a").exists()) == (True, True)
    file.remove()
    file.remove()
    assert not file.exists()


def test_a_file_that_cannot_be_put_in_its_place_leaves_the_old_one_and_nothing_beside(tmp_path, monkeypatch):
    from fsspec.implementations.memory import MemoryFileSystem

    folder = Location.of(f"memory://{tmp_path.name}")
    write(folder / "a.jsonl", LINES)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "mv", lambda *_: 1 / 0)
        assert "cannot be reached: division by zero" in error_of(write, folder / "a.jsonl", b"new")
    assert (folder / "a.jsonl").read() == LINES
    assert [name for name in MemoryFileSystem.store if tmp_path.name in name] == [f"/{tmp_path.name}/a.jsonl"]


def test_a_wrong_password_of_ftp_is_a_matter_of_credentials(tmp_path, monkeypatch):
    monkeypatch.setattr("fsspec.config.conf", {"ftp": {"username": "goldspan", "password": SECRET}})
    with ftp_server(tmp_path, "another") as address:
        words = error_of(Location.of(f"{address}/a.jsonl").read)
    assert "may not be accessed: 530" in words
    assert "credentials" in words.lower()


def test_what_is_read_is_what_a_local_run_reads(folder, tmp_path):
    pq.write_table(
        pa.table({"text": [f"Row {n} " * 50 for n in range(500)]}), tmp_path / "p.parquet", row_group_size=50
    )
    here = tmp_path / "in"
    for name, data in {"x/lines.jsonl": LINES, "p.parquet": (tmp_path / "p.parquet").read_bytes()}.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(data)
        write(folder / name, data)
    local, shards = find_shards([str(here)], 7000), find_shards([folder.text], 7000)
    assert [(s.name, s.start, s.end, s.size, s.file) for s in shards] == [
        (s.name, s.start, s.end, s.size, s.file) for s in local
    ]
    assert len(shards) > 12
    assert [row.values for row in rows_of(shards)] == [row.values for row in rows_of(local)]
    assert [digest_of(shard) for shard in shards] == [digest_of(shard) for shard in local]
    assert [s.name for s in find_shards([f"{folder.text}/**/l*.jsonl"], 1 << 20)] == ["x/lines"]
    assert pickle.loads(pickle.dumps(shards)) == shards  # noqa: S301  (as they go to workers)
    with pytest.raises(InputError, match="is a folder of the input"):
        require_apart(shards, folder / "x")


def test_what_is_not_there_is_said_in_one_line(folder):
    assert re.search("(?i)no such file", error_of((folder / "nowhere.jsonl").read))
    assert "there is no such file or folder" in error_of(find_shards, [f"{folder.text}/nowhere"])


@pytest.mark.parametrize(
    "faults",
    [[503], [500, 502, 429], [10], [0, 99], [None, 503, None, 50]],
    ids=["503", "three answers", "a cut", "two cuts", "later"],
)
def test_a_fault_that_passes_changes_nothing(monkeypatch, faults):
    monkeypatch.setattr(remote_files, "BLOCK", 9000)
    with FileServer({"/a.jsonl": LINES}, faults=faults) as server:
        location = Location.of(f"{server.url}/a.jsonl")
        (shard,) = find_shards([location.text])
        assert [row.values["text"] for row in rows_of([shard])] == [json.loads(x)["text"] for x in LINES.splitlines()]
        assert not server.faults
        assert location.read() == LINES


@pytest.mark.parametrize(
    ("status", "words", "attempts"),
    [
        (404, "there is no such file", 1),
        (410, "there is no such file", 1),
        (401, "may not be accessed: the server answers 401", 1),
        (403, "may not be accessed: the server answers 403", 1),
        (500, "cannot be reached: the server answers 500", 4),
        (503, "cannot be reached: the server answers 503", 4),
        (0, "cannot be reached: ", 4),
    ],
)
def test_a_fault_that_lasts_is_one_line_with_the_place_and_a_remedy(status, words, attempts):
    with FileServer({"/a.jsonl": LINES}, faults=[status] * 50) as server:
        (shard,) = find_shards([f"{server.url}/a.jsonl?X-Amz-Signature={SECRET}"])
        error, *more = rows_of([shard])
        assert (more, error.line) == ([], None)
        assert str(error).startswith(f"{server.url}/a.jsonl?…: {words}")
        assert SECRET not in f"{error!s}{error!r}{shard!r}{shard.place}{shard.location}{shard.file}"
        assert sum(command == "GET" for command, _, _ in server.requests) == attempts
        assert all(query.endswith(SECRET) for _, _, query in server.requests)


def test_a_server_without_ranges_gives_a_file_as_one_shard(tmp_path):
    pq.write_table(pa.table({"text": [f"Row {n}" for n in range(5000)]}), tmp_path / "p.parquet", row_group_size=100)
    data = (tmp_path / "p.parquet").read_bytes()
    with FileServer({"/a.jsonl": LINES, "/p.parquet": data}, ranges=False) as server:
        shards = find_shards([f"{server.url}/a.jsonl", f"{server.url}/p.parquet"], 5000)
        assert [(shard.name, shard.is_whole_file) for shard in shards] == [("a", True), ("p", True)]
        assert [len(rows_of([shard])) for shard in shards] == [2000, 5000]
        assert digest_of(shards[0]) == hashlib.sha256(LINES).hexdigest()


def test_a_server_that_does_not_say_how_large_a_file_is_is_refused():
    with FileServer({"/a.jsonl": LINES}, sizes=False) as server:
        assert "the server does not say how large it is" in error_of(find_shards, [f"{server.url}/a.jsonl"])


def test_a_file_that_changes_while_it_is_read_is_refused(monkeypatch):
    monkeypatch.setattr(remote_files, "BLOCK", 9000)
    with FileServer({"/a.jsonl": LINES}) as server, Location.of(f"{server.url}/a.jsonl").opened() as stream:
        assert stream.readline() == LINES[: LINES.index(b"\n") + 1]
        server.faults.append(503)
        server.files["/a.jsonl"] = LINES[10:]
        assert "changed while it was read" in error_of(stream.read)


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(remote_files, "ANSWER_TIME", 0.05)
    with socket.create_server((LOCAL, 0)) as silent:
        words = error_of(Location.of(f"http://{LOCAL}:{silent.getsockname()[1]}/a.jsonl?sig={SECRET}").read)
        assert "no answer in time" in words


def test_planning_reads_no_file_but_the_footers_of_large_parquet_files(tmp_path, monkeypatch):
    monkeypatch.setattr(remote_files, "BLOCK", 4096)
    texts = [f"{n} " * 300 for n in range(3000)]
    pq.write_table(pa.table({"text": texts}), tmp_path / "p.parquet", row_group_size=300, compression="none")
    files = {"/a.jsonl": LINES * 100, "/p.parquet": (tmp_path / "p.parquet").read_bytes()}
    with FileServer(files) as server:
        shards = find_shards([f"{server.url}{name}" for name in files], 100_000)
        assert len(shards) > 40
        assert server.sent < 80_000 < len(files["/a.jsonl"])


def test_a_folder_of_a_web_server_is_the_list_that_it_gives():
    page = b'<a href="../">up</a> <a href="a.jsonl">a</a> <a href="n.txt">n</a> <a href="x/">x</a>'
    below = b'<a href="../">up</a> <a href="b%20c.jsonl">b</a>'
    files = {"/news/": page, "/news/x/": below, "/news/a.jsonl": LINES, "/news/x/b%20c.jsonl": LINES}
    with FileServer(files) as server:
        shards = find_shards([f"{server.url}/news/"])
        assert [shard.location.name for shard in shards] == ["a.jsonl", "b%20c.jsonl"]
        assert [(shard.name, shard.file) for shard in shards] == [("a", "a.jsonl"), ("x/b c", "x/b c.jsonl")]
        assert len(rows_of(shards)) == 4000
        del server.files["/news/x/"]
        assert "there is no such file or folder" in error_of(find_shards, [f"{server.url}/news/"])


def test_a_file_in_an_archive(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "news.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/a.jsonl", LINES)
        archive.writestr("b.jsonl", LINES)
    monkeypatch.chdir(tmp_path)
    for address in ("zip://::news.zip", f"zip://::file://{tmp_path}/news.zip", "zip://**/*.jsonl::news.zip"):
        shards = find_shards([address], 10_000)
        assert {shard.file_name for shard in shards} == {"b", "x/a"}
        assert len(rows_of(shards)) == 4000
    assert len(rows_of(find_shards(["zip://x/a.jsonl::news.zip"]))) == 2000
    with FileServer({"/news.zip": (tmp_path / "news.zip").read_bytes()}) as server:
        assert len(rows_of(find_shards([f"zip://b.jsonl::{server.url}/news.zip"]))) == 2000


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:1/a.jsonl", "cannot be reached"),
        ("ftp://127.0.0.1:1/a.jsonl", "cannot be reached"),
        ("abc://a/b.jsonl", "is no address that is known"),
        ("zip://a.jsonl::nowhere.zip", "there is no such file or folder"),
        ("zip://a.jsonl::README.md", "not a zip file"),
        (f"https://user:{SECRET}@127.0.0.1/a.jsonl", "the address holds a password"),
        (f"https://{SECRET}@127.0.0.1/a.jsonl", "the address holds a password"),
        (f"ftp://user:{SECRET}/x@y@127.0.0.1/a.jsonl", "the address holds a password"),
        (f"zip://a.jsonl::ftp://u:{SECRET}@h/a.zip", "the address holds a password"),
        (f"s3://key:{SECRET}@bucket/a.jsonl", "the address holds a password"),
    ],
)
def test_what_cannot_be_read_is_said_without_a_secret(address, words):
    message = error_of(find_shards, [address])
    assert words in message
    assert "://" in message


@pytest.mark.parametrize(
    "address", ["https://h/out", "http://h/out", "zip://out::a.zip", "simplecache::s3://b/out", "github://o:r@m/x"]
)
def test_where_nothing_can_be_written_is_refused_at_once(address):
    assert "nothing can be written" in error_of(write, Location.of(address) / "a.jsonl", b"")


def test_certificates_are_verified_by_the_authorities_that_the_environment_names(tmp_path, monkeypatch):
    from fsspec.implementations.http import HTTPFileSystem

    certificates = tls_proxy.Certificates(tmp_path)
    certificates.signed("server", "IP:127.0.0.1")
    with FileServer({"/a.jsonl": LINES}).use_tls((tmp_path / "server.pem", tmp_path / "server.key")) as server:
        location = Location.of(f"{server.url}/a.jsonl?sig={SECRET}")
        for trusted in (False, True):
            HTTPFileSystem.clear_instance_cache()
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca))
                assert location.read() == LINES
            else:
                words = error_of(location.read)
                assert "has no TLS certificate that this machine trusts" in words
                assert "REQUESTS_CA_BUNDLE" in words
    HTTPFileSystem.clear_instance_cache()


@pytest.mark.parametrize("address", ["gs://bucket/a.jsonl", "sftp://127.0.0.1/a.jsonl"])
def test_a_missing_package_is_named(address):
    try:
        Location.of(address).read()
    except NotFoundError as error:
        assert "pip install " in str(error)  # noqa: PT017  (where the package is installed, it is another error)
    except InputError:
        pytest.skip("the package is installed")


def test_without_credentials_the_environment_is_named(monkeypatch):
    s3fs = pytest.importorskip("s3fs", reason="needs s3fs: pip install s3fs")
    for name in CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    s3fs.S3FileSystem.clear_instance_cache()
    words = error_of(Location.of("s3://news/a.jsonl").read)
    s3fs.S3FileSystem.clear_instance_cache()
    assert "there are no credentials" in words
    assert "environment" in words


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_is_named():
    assert "there is no such bucket" in error_of(write, Location.of("s3://nowhere/out/a.jsonl"), b"x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET https://h/a?X-Amz-Signature=abc failed", "GET https://h/a?… failed"),
        ("see 'https://h/a?b=c', and http://h/#x.", "see 'https://h/a?…', and http://h/?…"),
        ("https://tok@h:8080/a@b?c", "https://h:8080/a@b?…"),
        ("ftp://u:p@h/x and s3://b/a?.jsonl", "ftp://h/x and s3://b/a?.jsonl"),
        ("hf://datasets/u/d@main/a.parquet", "hf://datasets/u/d@main/a.parquet"),
        ("abfs://container@account/x", "abfs://container@account/x"),
        ("zip://a::https://u:p@h/a.zip?s=t", "zip://a::https://h/a.zip?…"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("no address: a@b?c", "no address: a@b?c"),
    ],
)
def test_secrets_are_taken_out_of_texts(text, expected):
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://b/x/", "s3://b/x"),
        ("S3://B/x//y/", "s3://B/x//y"),
        ("memory://", "memory://"),
        ("file:///a/b", "/a/b"),
        ("file://localhost/a/b", "/a/b"),
        ("local:///a", "/a"),
        ("https://h/x//?q=a/", "https://h/x/?q=a/"),
        ("/a/b/../c", "/a/b/../c"),
        ("zip://::/a.zip", "zip://::/a.zip"),
    ],
)
def test_one_form_of_each_location(text, expected):
    assert Location.of(text).text == expected
    assert Location.of(expected).text == expected


@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_path_is_not_the_current_folder(text):
    assert "a path is empty" in error_of(find_shards, [text])


def test_the_parts_of_locations():
    zipped = Location.of("zip://x::https://h/a.zip?sig=abc")
    assert ((zipped / "y/b.jsonl").text, (zipped / "y/b.jsonl").name) == (
        "zip://x/y/b.jsonl::https://h/a.zip?sig=abc",
        "b.jsonl",
    )
    assert (zipped.parent / "c").text == "zip://c::https://h/a.zip?sig=abc"
    signed = Location.of("https://h/x/a.jsonl?sig=abc")
    assert (signed.name, str(signed), signed.parent.text) == ("a.jsonl", "https://h/x/a.jsonl?…", "https://h/x?sig=abc")
    assert "abc" not in repr(signed)


def test_columns_of_a_file_at_an_address_are_named_by_its_address():
    with FileServer({"/a.jsonl": b'{"n": 1}\n'}) as server:
        shards = find_shards([f"{server.url}/a.jsonl?sig={SECRET}"])
        assert error_of(find_columns, shards, ColumnNames()).startswith(f"{server.url}/a.jsonl?…: ")


def contents(folder):
    """The bytes of each file of an output folder, here or at an address."""
    return {name: (folder / name).read() for name in folder.files_inside()}


@pytest.mark.usefixtures("s3")
@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_from_a_store_to_a_store_is_the_local_run_byte_for_byte(root, tmp_path, goldspan, workers):
    here, there = Location.of(str(tmp_path)), Location.of(f"s3://news/{tmp_path.name}")
    lines = [json.dumps({"text": f"Aurora sailed to Port{n} today.", "n": n}).encode() + b"\n" for n in range(250)]
    packed = gzip.compress(b"".join(lines), mtime=0)
    table = pa.table({"text": [f"Borealis came to Bay{n}." for n in range(300)], "n": list(range(300))})
    pq.write_table(table, tmp_path / "p.parquet", row_group_size=100, compression="none", use_dictionary=False)
    articles = {"a/lines.jsonl": b"".join(lines) + b"broken\n", "b.jsonl.gz": packed, "cut.jsonl.gz": packed[:-9]}
    articles["p.parquet"] = (tmp_path / "p.parquet").read_bytes()
    for place in (here, there):
        for name, data in articles.items():
            write(place / "in" / name, data)
        options = ("--shard-size", "8kb", "--workers", str(workers), "--root", root)
        again = (str(place / "in"), "--output", str(place / "out"), *options)
        assert goldspan("bulk", "suggest", *again) == 1
    assert goldspan("bulk", "suggest", *again, "--json", tmp_path / "again.json") == 1
    summary = json.loads((tmp_path / "again.json").read_text())
    assert summary["unchanged"] == summary["shards"] - 1
    assert [*summary["failed"]] == ["cut"]
    found = contents(here / "out")
    assert contents(there / "out") == found
    assert {"ledger.jsonl", "recipe.json", "failures.jsonl", "b.jsonl", "a/lines.00002.jsonl", "p.00001.jsonl"} <= {
        *found
    }
    assert b"not all of it is gzip" in found["failures.jsonl"]


@pytest.mark.usefixtures("s3")
def test_an_upload_that_fails_leaves_no_shard_that_looks_done(root, tmp_path, goldspan, monkeypatch):
    there = Location.of(f"s3://news/{tmp_path.name}")
    for number in range(3):
        write(there / f"in/{number}.jsonl", b'{"text": "Aurora sailed."}\n')
    upload = remote_files.upload

    def fail(path, address):
        if address.endswith("out/1.jsonl"):
            raise InputError("cannot be reached: the server answers 503", file=redacted(address), remedy="Later.")
        upload(path, address)

    command = ("bulk", "suggest", f"{there}/in", "--output", f"{there}/out", "--workers", "0", "--root", root)
    with monkeypatch.context() as patch:
        patch.setattr(remote_files, "upload", fail)
        assert goldspan(*command) == 1
    assert not (there / "out/1.jsonl").exists()
    assert b'"1"' not in (there / "out/ledger.jsonl").read()
    assert goldspan(*command) == 0
    assert len((there / "out/ledger.jsonl").read().splitlines()) == 3


def test_an_output_that_cannot_be_written_ends_the_command_at_once(root, tmp_path, goldspan, capsys):
    write(Location.of(str(tmp_path / "a.jsonl")), b'{"text": "x"}\n')
    assert goldspan("bulk", "suggest", tmp_path / "a.jsonl", "--output", "https://h/out", "--root", root) == 1
    assert "nothing can be written over https" in capsys.readouterr().err


@pytest.mark.slow
def test_a_hundred_thousand_files_are_listed_without_a_look_into_each(tmp_path, monkeypatch):
    from fsspec.implementations.memory import MemoryFile, MemoryFileSystem

    for number in range(100_000):
        path = f"/{tmp_path.name}/{number % 100:02}/{number}.jsonl"
        monkeypatch.setitem(MemoryFileSystem.store, path, MemoryFile(MemoryFileSystem, path, b"{}\n"))
    asked = []
    attempt = remote_files._attempt
    monkeypatch.setattr(remote_files, "_attempt", lambda *arguments: asked.append(1) or attempt(*arguments))
    shards = find_shards([f"memory://{tmp_path.name}"])
    assert [(shard.size, shard.fault) for shard in shards] == [(3, None)] * 100_000
    assert len(asked) < 10
