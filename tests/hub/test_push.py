"""A push is one commit and a tag, of what differs and nothing else; what it did is read back."""

import json

import huggingface_hub
import pytest

from goldspan.errors import InvalidValueError
from goldspan.hub.push import HubPushOptions, require_tag
from goldspan.release.checksums import verify_checksums
from helpers.hub_server import ATTRIBUTES, Fault, HubAnswer, HubServer

NAME = "ann/news"
COMMIT = f"POST /api/datasets/{NAME}/commit/main"


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".goldspan-export"
    }


def stored(hub, revision="main"):
    return {path: data for path, data in hub.files(NAME, revision).items() if path != ".gitattributes"}


def test_a_plan_sends_nothing(hub, folders, push):
    code, out, _ = push(NAME, folders / "release")
    assert code == 0
    assert "there is no such dataset, so a public one is created" in out
    assert "add    gold/validation.parquet" in out
    assert "Nothing was sent" in out
    assert not hub.repositories
    assert not hub.changes()


def test_a_release_is_one_commit_and_its_version_as_a_tag(hub, folders, push):
    code, out, _ = push(NAME, folders / "release", "--apply")
    assert code == 0
    repository = hub.repositories[NAME]
    assert len(repository.commits) == 2  # the Hub makes the first one, with .gitattributes
    assert repository.tags == {"v1.0": repository.head}
    assert stored(hub) == content(folders / "release")
    assert repository.commits[repository.head][1] == "News of the sea 1.0"
    assert not repository.is_private
    assert f'load_dataset("{NAME}", revision="v1.0")' in out


def test_what_is_downloaded_again_is_the_release_that_was_pushed(hub, folders, push, tmp_path):
    assert push(NAME, folders / "release", "--apply")[0] == 0
    copy = tmp_path / "copy"
    api = huggingface_hub.HfApi(endpoint=hub.url, token=False)
    api.snapshot_download(NAME, repo_type="dataset", revision="v1.0", local_dir=copy, cache_dir=tmp_path / "cache")
    assert not list(verify_checksums(copy))
    assert {name: data for name, data in content(copy).items() if not name.startswith((".cache", ".git"))} == content(
        folders / "release"
    )


def test_the_next_release_sends_what_differs_and_removes_what_is_gone(hub, folders, push, tmp_path):
    assert push(NAME, folders / "release", "--apply")[0] == 0
    before = hub.repositories[NAME]
    extra = dict(hub.files(NAME)) | {"old/notes.txt": b"old"}
    before.commit(extra, "by hand")
    sent = len(hub.asked("PUT"))
    code, out, _ = push(NAME, folders / "release-1.1", "--apply", "--json", tmp_path / "report.json")
    assert code == 0
    assert "delete old/notes.txt" in out
    assert "keep   .gitattributes" in out
    assert stored(hub) == content(folders / "release-1.1")
    assert hub.files(NAME)[".gitattributes"] == ATTRIBUTES
    assert set(before.tags) == {"v1.0", "v1.1"}
    assert stored(hub, "v1.0") == content(folders / "release")
    report = json.loads((tmp_path / "report.json").read_text())
    changed = [file["path"] for file in report["changed"]]
    assert "gold/validation.parquet" not in changed  # the same bytes in both
    assert len(hub.asked("PUT")) - sent == len([name for name in changed if name.endswith(".parquet")])
    assert report["applied"] == {
        "commit": before.head, "verified": len(content(folders / "release-1.1")), "created": False, "committed": True,
        "tagged": True, "notes": [],
    }  # fmt: skip


def test_the_same_again_is_nothing_to_do(hub, folders, push):
    assert push(NAME, folders / "release", "--apply")[0] == 0
    hub.requests.clear()
    for options in ([], ["--apply"]):
        code, out, _ = push(NAME, folders / "release", *options)
        assert code == 0
        assert "Nothing to do" in out
    assert not hub.changes()


def test_an_older_version_that_is_there_is_nothing_to_do(hub, folders, push):
    for name in ("release", "release-1.1"):
        assert push(NAME, folders / name, "--apply")[0] == 0
    code, out, _ = push(NAME, folders / "release", "--apply")
    assert code == 0
    assert "main has moved on" in out
    assert len(hub.repositories[NAME].commits) == 3


def test_a_published_version_stays_as_it_is(hub, folders, push):
    assert push(NAME, folders / "release", "--apply")[0] == 0
    hub.requests.clear()
    code, _, errors = push(NAME, folders / "release-1.1", "--tag", "v1.0", "--apply")
    assert code == 1
    assert "has the tag v1.0 already" in errors
    assert "goldspan release VERSION" in errors
    assert not hub.changes()


def test_an_export_gets_a_tag_only_if_one_is_named(hub, folders, push):
    assert push(NAME, folders / "export", "--apply", "--message", "First try")[0] == 0
    repository = hub.repositories[NAME]
    assert not repository.tags
    assert stored(hub) == content(folders / "export")
    assert repository.commits[repository.head][1] == "First try"
    code, out, _ = push(NAME, folders / "export", "--apply", "--tag", "2031-01")
    assert code == 0
    assert "Tag 2031-01 at" in out
    assert repository.tags == {"2031-01": repository.head}
    assert len(repository.commits) == 2


def test_a_private_dataset_is_created_private(hub, folders, push):
    assert push("lab/news", folders / "release", "--private", "--apply")[0] == 0
    assert hub.repositories["lab/news"].is_private


def test_private_is_refused_for_a_dataset_that_is_public(hub, folders, push):
    hub.add(NAME)
    code, _, errors = push(NAME, folders / "release", "--private", "--apply")
    assert code == 1
    assert "is public" in errors
    assert not hub.changes()


def test_a_change_by_somebody_else_is_not_overwritten(hub, folders, push):
    repository = hub.add(NAME)
    hub.before[COMMIT] = lambda: repository.commit({"README.md": b"theirs"}, "theirs")
    code, _, errors = push(NAME, folders / "release", "--apply")
    assert code == 1
    assert "Somebody else has changed the dataset" in errors
    assert "Nothing was changed on the Hub" in errors
    assert hub.files(NAME) == {"README.md": b"theirs"}
    assert not repository.tags


def test_a_dataset_that_somebody_else_creates_meanwhile_is_not_taken(hub, folders, push):
    hub.before["POST /api/repos/create"] = lambda: hub.add(NAME, {"README.md": b"theirs"})
    code, _, errors = push(NAME, folders / "release", "--apply")
    assert code == 1
    assert "409" in errors
    assert hub.files(NAME)["README.md"] == b"theirs"


def test_after_a_commit_without_its_tag_only_the_tag_is_set(hub, folders, push):
    repository = hub.add(NAME)
    tagging = "POST /api/datasets/ann/news/tag/"
    commit = repository.commit

    def commit_and_fail(tree, message):
        oid = commit(tree, message)
        hub.faults[tagging + oid] = [Fault(500)]
        return oid

    repository.commit = commit_and_fail
    code, _, errors = push(NAME, folders / "release", "--apply")
    assert code == 1
    assert f"the commit {repository.head} was made; the tag v1.0 was not set" in errors
    assert not repository.tags
    hub.requests.clear()
    code, out, _ = push(NAME, folders / "release")
    assert "To do: the tag v1.0." in out
    code, out, _ = push(NAME, folders / "release", "--apply")
    assert code == 0
    assert hub.changes() == [tagging + repository.head]
    assert repository.tags == {"v1.0": repository.head}


def test_a_commit_whose_answer_was_lost_is_found_by_the_next_push(hub, folders, push):
    hub.add(NAME)
    hub.faults[COMMIT] = [Fault(0, late=True)]
    code, _, errors = push(NAME, folders / "release", "--apply")
    assert code == 1
    assert "It is not known whether the Hub has done that" in errors
    assert stored(hub) == content(folders / "release")
    assert push(NAME, folders / "release", "--apply")[0] == 0
    assert len(hub.repositories[NAME].commits) == 2
    assert set(hub.repositories[NAME].tags) == {"v1.0"}


@pytest.mark.parametrize(
    "request_", ["POST /api/repos/create", f"POST /api/datasets/{NAME}/preupload/main", COMMIT, "POST tag"]
)
def test_a_push_that_broke_off_anywhere_ends_as_an_unbroken_one(hub, folders, push, request_):
    """The Hub did what was asked, and whoever asked was gone by then."""
    if request_ == "POST tag":

        def tag(asked, found, revision):
            hub._tag = type(hub)._tag.__get__(hub)
            hub._tag(asked, found, revision)
            raise HubAnswer(500)

        hub._tag = tag
    else:
        hub.faults[request_] = [Fault(0, late=True)] * 9
    assert push(NAME, folders / "release", "--apply")[0] == 1
    hub.faults.clear()
    assert push(NAME, folders / "release", "--apply")[0] == 0
    repository = hub.repositories[NAME]
    assert len(repository.commits) == 2
    assert repository.tags == {"v1.0": repository.head}
    assert stored(hub) == content(folders / "release")


def test_a_hub_that_keeps_something_else_is_found_out(hub, folders, push):
    repository = hub.add(NAME)
    commit = repository.commit
    repository.commit = lambda tree, message: commit(tree | {"README.md": b"other"}, message)
    code, _, errors = push(NAME, folders / "release", "--apply")
    assert code == 1
    assert "has not what was sent: README.md has another content" in errors
    assert not repository.tags


def test_a_tag_that_somebody_moves_is_found_out(hub, folders, push):
    repository = hub.add(NAME)
    first = repository.head

    def tag(asked, found, revision):
        answer = type(hub)._tag(hub, asked, found, revision)
        found.tags["v1.0"] = first
        return answer

    hub._tag = tag
    code, _, errors = push(NAME, folders / "release", "--apply")
    assert code == 1
    assert f"the tag v1.0 is at {first}" in errors


@pytest.mark.usefixtures("nobody")
def test_large_files_go_in_parts_and_listings_come_in_pages(folders, push, monkeypatch):
    with HubServer(part=1000, page=3) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        assert push(NAME, folders / "release", "--apply")[0] == 0
        assert stored(hub) == content(folders / "release")
        assert [line for line in hub.asked("POST") if line.endswith("/complete")]
        assert "Nothing to do" in push(NAME, folders / "release")[1]


def test_a_large_file_that_the_hub_has_is_not_sent_again(hub, folders, push):
    assert push(NAME, folders / "release", "--apply")[0] == 0
    sent = len(hub.asked("PUT"))
    assert push("ann/copy", folders / "release", "--apply")[0] == 0
    assert len(hub.asked("PUT")) == sent


def test_large_files_of_the_same_content_are_each_there(hub, folders, push):
    """huggingface_hub knows a large file by its content, and would read one open file in several threads."""
    export = folders / "export"
    data = (export / "gold" / "test.parquet").read_bytes()
    for path in (export / "gold").iterdir():
        path.write_bytes(data)
    assert push(NAME, export, "--apply")[0] == 0
    assert stored(hub) == content(export)


def test_a_list_of_ignored_files_on_the_hub_leaves_nothing_out(hub, folders, push):
    hub.add(NAME, {".gitignore": b"README.md\ngold/validation.parquet\n"})
    assert push(NAME, folders / "release", "--apply")[0] == 0
    assert stored(hub) == content(folders / "release")


def test_the_hub_is_asked_for_digests_and_never_for_content(hub, folders, push):
    assert push(NAME, folders / "release", "--apply")[0] == 0
    push(NAME, folders / "release-1.1")
    assert not [line for line in hub.requests if "/resolve/" in line]


@pytest.mark.parametrize("name", ["news", "ann/", "/news", "ann/news/more", "ann/ne ws", "ann/../news", "ann/news.git"])
def test_a_name_that_is_none_is_wrong_usage(push, folders, name):
    assert push(name, folders / "release")[0] == 2


def test_a_message_without_words_is_refused():
    with pytest.raises(InvalidValueError, match="message"):
        HubPushOptions(repository=NAME, message=" ")


@pytest.mark.parametrize("tag", ["", "-x", "a b", "a..b", "v1.lock", "a//b", "a/.b", "a~1", "x" * 101, "deadbeef"])
def test_what_cannot_be_a_tag_is_refused(tag):
    with pytest.raises(InvalidValueError, match="cannot be a tag"):
        require_tag(tag)


@pytest.mark.parametrize("tag", ["v1.0", "v1.0rc1", "2031-01", "paper/v2", "v1.0+local"])
def test_a_tag_has_letters_digits_and_some_signs(tag):
    require_tag(tag)


def test_the_name_of_the_branch_is_no_tag(hub, folders, push):
    hub.add(NAME)
    code, _, errors = push(NAME, folders / "release", "--tag", "main", "--apply")
    assert code == 1
    assert "main is a branch" in errors
    assert not hub.changes()
