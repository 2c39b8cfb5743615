"""For any dataset and any folder: a push makes the one equal to the other, and a second one has nothing to do."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldspan.hub.account import HubAccount
from goldspan.hub.client import HubClient
from goldspan.hub.folder import ATTRIBUTES, HubFile, HubFolder
from goldspan.hub.push import HubPushOptions, apply_push, plan_push
from helpers.hub_server import HubServer, blob_id

NAME = "ann/news"
PARTS = st.text("ab", min_size=1, max_size=2)
PATHS = st.builds(
    lambda folders, name, suffix: "/".join([*(f"{each}.d" for each in folders), name + suffix]),
    st.lists(PARTS, max_size=2), PARTS, st.sampled_from([".md", ".parquet", ".bin"]),
)  # fmt: skip
TREES = st.dictionaries(
    PATHS, st.sampled_from([b"", b"one", b"two", b"version https://git-lfs", bytes(200_000)]), max_size=6
)


def hub_folder(path, tree):
    found = []
    for name, content in sorted(tree.items()):
        source = path / name
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(content)
        found.append(HubFile(name, source, len(content), hashlib.sha256(content).hexdigest(), blob_id(content)))
    return HubFolder(path, "export", "any", None, "read in full", tuple(found))


@pytest.fixture(scope="module")
def server():
    with HubServer() as hub:
        yield hub


@pytest.mark.usefixtures("nobody")
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.none() | TREES, TREES, st.sampled_from([None, "v1"]))
def test_a_push_makes_the_dataset_equal_to_the_folder(server, tmp_path_factory, there, here, tag):
    server.repositories.clear()
    if there is not None:
        server.add(NAME, there)
    before = server.files(NAME) if there is not None else {}
    folder = hub_folder(tmp_path_factory.mktemp("any"), here)
    options = HubPushOptions(repository=NAME, tag=tag)
    with HubClient(HubAccount(server.url, server.token)) as client:
        plan = plan_push(client, folder, options)
        assert {file.path for file in plan.added} == here.keys() - before.keys()
        assert {file.path for file in plan.changed} == {p for p in here.keys() & before if here[p] != before[p]}
        assert set(plan.deleted) == before.keys() - here.keys() - {ATTRIBUTES}
        result = apply_push(client, plan)
        repository = server.repositories[NAME]
        assert {path: data for path, data in server.files(NAME).items() if path != ATTRIBUTES} == here
        assert ATTRIBUTES in server.files(NAME)
        differed = {path: data for path, data in before.items() if path != ATTRIBUTES} != here
        assert len(repository.commits) == 1 + differed
        assert result.commit == repository.head
        assert repository.tags == ({tag: repository.head} if tag else {})
        assert plan_push(client, folder, options).is_done
