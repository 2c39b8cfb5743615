"""Which project a corpus means by a name: by name and key, and what is refused."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from goldspan.doccano import project_identity
from goldspan.doccano.client.schema import ExampleRow
from goldspan.doccano.controls import controls_file
from goldspan.doccano.corpus_record import KEY, DoccanoRecord, ProjectRecord, project_key, read_record, write_record
from goldspan.doccano.project_identity import create_project, identify
from goldspan.errors import InvalidValueError, NotFoundError, ServerError
from helpers.doccano_project import INDEPENDENT

URL, HERE = "https://ner.example.org", "http://127.0.0.1:8000"
K1, K2 = "k000000000001", "k000000000002"


class ProjectServer:
    """A server on which an account sees these projects."""

    def __init__(self, *projects, url=URL):
        self.list, self.url, self.rows = list(projects), url, {}
        self.is_here = url == HERE

    def projects(self):
        return list(self.list)

    def project(self, name):
        return next((one for one in self.list if one.name == name), None)

    def me(self):
        return SimpleNamespace(username="lead")

    def count(self, number):
        return len(self.rows.get(number, ()))

    def examples_at(self, number, offset, limit):
        ids = self.rows[number][offset : offset + limit]
        return [ExampleRow(n, "", {"goldspan_id": name}, confirmed=False, comments=0) for n, name in enumerate(ids)]

    def delete_project(self, number):
        self.list = [one for one in self.list if one.id != number]


def made(number, name="kfor", key="", page="", **fields):
    described = f"goldspan: independent annotation, guidelines 1.0{', key ' * bool(key)}{key}"
    return replace(INDEPENDENT, id=number, name=name, description=described, guideline=page, author="ann", **fields)


def remember(corpus, *entries):
    record = DoccanoRecord()
    for name, server, key, *unit in entries:
        record = record.with_project(ProjectRecord(name=name, server=server, key=key, offsets=(unit or ["utf-16"])[0]))
    write_record(corpus, record)


def test_a_name_that_nobody_knows_is_free_and_gets_a_key_of_its_own(toy):
    first, second = (identify(ProjectServer(made(1, "other", K2)), toy, "kfor") for _ in range(2))
    assert (first.project, first.is_known) == (None, False)
    assert KEY.search(f"key {first.key}")
    assert first.key != second.key
    with pytest.raises(NotFoundError, match="has no project 'kfor' for you"):
        first.require()


def test_a_project_is_known_by_its_key_whatever_stands_around_it(toy):
    remember(toy, ("kfor", URL, K1))
    found = identify(ProjectServer(made(4, key=K1)), toy, "kfor")
    assert (found.require().id, found.key, found.notes, found.is_known) == (4, K1, (), True)
    after = found.added_to(read_record(toy), URL)
    assert [one.number for one in after.projects] == [4]
    write_record(toy, after)
    assert found.added_to(read_record(toy), URL) == read_record(toy) == after


def test_a_project_of_a_version_before_is_taken_and_remembered(toy):
    found = identify(ProjectServer(made(4)), toy, "kfor")
    assert (found.require().id, found.key, found.is_known) == (4, "", False)
    remember(toy, ("kfor", URL, ""))
    assert identify(ProjectServer(made(4)), toy, "kfor").is_known


def test_a_renamed_project_is_named_and_never_created_again(toy):
    remember(toy, ("kfor", URL, K1))
    server = ProjectServer(made(4, "KFOR 2026", K1))
    with pytest.raises(
        NotFoundError, match=r"'kfor' is now called 'KFOR 2026' .*number 4.*key k000000000001"
    ) as caught:
        identify(server, toy, "kfor")
    assert "--project 'KFOR 2026'" in caught.value.remedy
    found = identify(server, toy, "KFOR 2026")
    assert found.notes == ("the project was called 'kfor' before; from now on the corpus calls it 'KFOR 2026'",)
    write_record(toy, found.added_to(read_record(toy), URL))
    assert identify(server, toy, "KFOR 2026").notes == ()
    with pytest.raises(NotFoundError, match="is now called 'KFOR 2026'"):
        identify(server, toy, "kfor")


def test_a_project_that_was_renamed_long_ago_is_no_renamed_one_at_another_address(toy):
    remember(toy, ("kfor", URL, K1), ("sfor", URL, K1))
    found = identify(ProjectServer(made(4, "sfor", K1), url=HERE), toy, "sfor")
    assert found.notes == (f"the corpus knows the project from {URL}, by its key",)


def test_controls_of_a_renamed_project_are_not_left_behind(toy):
    remember(toy, ("kfor", URL, K1))
    controls_file(toy, "kfor").parent.mkdir(exist_ok=True)
    controls_file(toy, "kfor").write_text("harbour.p01\n")
    server = ProjectServer(made(4, "sfor", K1))
    with pytest.raises(InvalidValueError, match=r"git mv corpus/controls/kfor\.txt corpus/controls/sfor\.txt"):
        identify(server, toy, "sfor")
    controls_file(toy, "kfor").rename(controls_file(toy, "sfor"))
    assert identify(server, toy, "sfor").require().id == 4


def test_a_renamed_project_whose_name_another_took_is_not_confused_with_it(toy):
    remember(toy, ("kfor", URL, K1))
    for other in (made(9), made(9, key=K2)):
        with pytest.raises(
            InvalidValueError, match=r"is now called 'old' \(number 4\), and another has its name \(number 9"
        ):
            identify(ProjectServer(made(4, "old", K1), other), toy, "kfor")


@pytest.mark.parametrize(
    ("twins", "expected"),
    [
        (
            [made(4, key=K1), made(9)],
            "2 projects are called 'kfor' .*number 4 .*by ann, 3 examples.*number 9 .* 0 examples",
        ),
        ([made(4, key=K1), made(9, "copy", K1)], "2 projects have the key k000000000001.*'kfor' by ann.*'copy' by ann"),
    ],
)
@pytest.mark.parametrize("entries", [(), [("kfor", URL, K1)]])
def test_a_twin_is_reported_with_what_is_known_of_both(toy, twins, expected, entries):
    remember(toy, *entries)
    server = ProjectServer(*twins)
    server.rows[4] = ["harbour.p01"] * 3
    with pytest.raises(ServerError, match=expected):
        identify(server, toy, "kfor")


@pytest.mark.parametrize("url", [URL, HERE])
def test_a_project_that_this_account_does_not_see_is_created_only_on_demand(toy, url):
    remember(toy, ("kfor", url, K1))
    server = ProjectServer(url=url)
    with pytest.raises(NotFoundError, match=r"'lead' does not see it there: either 'lead' is not a member") as caught:
        identify(server, toy, "kfor")
    assert "push --project kfor --new" in caught.value.remedy
    assert ("another server has this address" in caught.value.message) == (url == HERE)
    found = identify(server, toy, "kfor", new=True)
    assert found.project is None
    server.list = [made(7, key=found.key)]
    write_record(toy, replace(found, project=server.list[0]).added_to(read_record(toy), url))
    assert identify(server, toy, "kfor").require().id == 7


def test_an_address_of_this_machine_may_be_that_of_several_servers(toy):
    remember(toy, ("kfor", HERE, K1), ("kfor", HERE, K2))
    for key in (K1, K2):
        assert identify(ProjectServer(made(1, key=key), url=HERE), toy, "kfor").key == key
    remember(toy, ("kfor", URL, K1), ("kfor", URL, K2))
    assert [entry.key for entry in read_record(toy).projects] == [K2]


def test_a_server_that_moved_is_known_by_the_keys_of_its_projects(toy):
    remember(toy, ("kfor", "http://127.0.0.1:9999", K1))
    found = identify(ProjectServer(made(1, key=K1), url=HERE), toy, "kfor")
    assert found.notes == ("the corpus knows the project from http://127.0.0.1:9999, by its key",)
    write_record(toy, found.added_to(read_record(toy), HERE))
    for url in (HERE, "http://127.0.0.1:9999"):
        assert identify(ProjectServer(made(1, key=K1), url=url), toy, "kfor").notes == ()


def test_the_project_of_another_corpus_is_refused(toy):
    server = ProjectServer(made(4, key=K2))
    server.rows[4] = ["elsewhere.p01"] * 50
    with pytest.raises(InvalidValueError, match="is another corpus's: this one does not know its key"):
        identify(server, toy, "kfor")
    remember(toy, ("kfor", URL, K1))
    with pytest.raises(InvalidValueError, match=f"has the key {K2}; this corpus remembers {K1}"):
        identify(server, toy, "kfor")
    with pytest.raises(InvalidValueError, match="is another corpus's"):
        identify(server, toy, "kfor", new=True)


def test_a_clone_that_remembers_nothing_takes_the_project_of_its_examples(toy):
    server = ProjectServer(made(4, key=K2))
    for ids in ([], ["elsewhere.p01"] * 90 + ["harbour.p01"]):
        server.rows[4] = ids
        assert identify(server, toy, "kfor").key == K2


@pytest.mark.parametrize("page", ["", project_identity.key_line("independent annotation", K1)])
def test_a_key_that_somebody_deleted_is_restored(toy, page):
    remember(toy, ("kfor", URL, K1))
    found = identify(ProjectServer(made(4, page=page)), toy, "kfor")
    assert found.key == K1
    assert found.notes == (f"somebody took the key {K1} out of the description; a push writes it there again",)


@pytest.mark.parametrize("now", [False, True])
def test_another_unit_of_the_offsets_stops(toy, now):
    before = "utf-16" if now else "graphemes"
    remember(toy, ("kfor", URL, K1, before))
    server = ProjectServer(made(4, key=K1, grapheme_mode=now))
    assert identify(server, toy, "kfor").project is not None  # it is empty
    server.rows[4] = ["harbour.p01"]
    with pytest.raises(InvalidValueError, match="somebody switched its setting 'Grapheme mode'") as caught:
        identify(server, toy, "kfor")
    assert f"Switch it {'off' if now else 'on'} again" in caught.value.remedy
    assert f"{URL}/admin/projects/sequencelabelingproject/4/change/" in caught.value.remedy


def test_of_two_that_create_at_once_the_later_takes_its_own_back():
    server = ProjectServer()

    def create(number, *before):
        def call():
            server.list += [*before, made(number)]
            return made(number)

        return call

    assert create_project(server, "kfor", create(5)) == (made(5), True)
    assert create_project(server, "kfor", create(8)) == (made(5), False)
    assert [one.id for one in server.list] == [5]


def test_the_first_waits_until_the_later_has_gone():
    server, waited = ProjectServer(), []
    server.list = [made(5), made(8)]

    def take_back():
        waited.append(1)
        server.delete_project(8)

    assert create_project(server, "kfor", lambda: made(5), take_back) == (made(5), True)
    assert waited == [1]


def test_a_twin_that_stays_is_reported(monkeypatch):
    monkeypatch.setattr(project_identity, "PATIENCE", 0)
    server = ProjectServer(made(5), made(8))
    with pytest.raises(ServerError, match="2 projects are called 'kfor'"):
        create_project(server, "kfor", lambda: made(5))
    server.rows[8] = ["harbour.p01"]
    with pytest.raises(ServerError, match="2 projects are called 'kfor'"):  # not empty: nothing is deleted
        create_project(server, "kfor", lambda: made(8))
    assert len(server.list) == 2


@pytest.mark.parametrize(
    ("description", "key"),
    [
        (f"goldspan: x, guidelines 1.0, key {K1}", K1),
        (f"Ours! key {K1}.", K1),
        ("goldspan: shared annotation, guidelines 1.0", ""),
        ("key k123", ""),
        (f"monkey {K1}", ""),
        (f"key {K1}9", ""),
    ],
)
def test_the_key_of_a_description(description, key):
    assert project_key(replace(INDEPENDENT, description=description)) == key
