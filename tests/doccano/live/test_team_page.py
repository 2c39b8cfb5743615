"""The server of `docs/team.md`: its blocks are run, a backup of it is made while people work, restored and compared."""

from dataclasses import replace

import pytest
import requests

from goldspan.doccano import project
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import desired_state
from goldspan.web import tls
from helpers import doccano_annotator, tls_proxy
from helpers.doccano_project import CorpusProject
from helpers.doccano_team import BusyTeam
from helpers.team_page import TeamServer, page_blocks, server_directives


@pytest.fixture
def team(tmp_path):
    made = TeamServer(tmp_path)
    yield made
    made.close()


@pytest.mark.slow
def test_the_server_of_the_page_is_set_up_backed_up_and_restored(team, toy, tmp_path, monkeypatch, capsys):
    team.sql(team.text("the database"))
    team.begin()
    team.start()
    with Doccano(team.accounts[0]) as client, fronts(team, tmp_path, monkeypatch) as front:
        plan = project.plan_project(client, toy, "krant", "independent").apply()
        begun = CorpusProject(toy, client, plan)
        examples = desired_state.desired_examples(toy, toy.entries, "nothing")
        begun.send(dict(want.row) for want in desired_state.upload_rows(examples, plan, toy.scheme.names))
        people = doccano_annotator.create_by_name(team, "ann", "bob")
        begun.add(people)
        require_front(team, front)
        named = {"DOCCANO_URL": team.accounts[0].url, "DOCCANO_USERNAME": "admin", "DOCCANO_PASSWORD": team.password}
        with BusyTeam(begun, list(people.values())) as busy:
            busy.wait(30)
            before = set(busy.done)
            team.sh(team.text("backup"), **named)
        team.sql(team.text("the second database"))
        team.sh(team.text("restore"))
        found = set(map(int, team.sql("\\connect restored\nSELECT id FROM labels_span").split()))
        assert before <= found <= set(busy.done)  # what was acknowledged before, and nothing else
        team.sql("DROP DATABASE restored")

        later = ("2026-05-12", "2026-05-13")  # at a quiet hour
        team.sh(team.text("backup").replace(*later), **named)
        team.sql(team.text("the second database"))
        team.sh(team.text("restore").replace(*later))
        team.begin(1)
        team.start(1)
        printed = team.sh(team.text("reconcile").replace(*later), **{**named, "DOCCANO_URL": team.accounts[1].url})
        with capsys.disabled():
            print(f"\n{printed}")
        assert "1 project read back over the API, all the same" in printed
        for person in people.values():
            assert person.session.cookies  # logged in to the first, and to the first alone
            there = requests.get(f"{team.accounts[1].url}/v1/me", cookies=person.session.cookies.get_dict(), timeout=60)
            assert there.status_code in {401, 403}
            person.close()
    assert team.used == {name for name, (is_run, _) in page_blocks().items() if is_run}


def fronts(team, folder, monkeypatch):
    """The nginx of the page, both servers."""
    certificates = tls_proxy.Certificates(folder)
    certificates.signed("local", "DNS:localhost,IP:127.0.0.1")
    for name in (*tls.FILES, tls.FOLDERS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))
    servers = {}
    for name in ("nginx", "sub-path"):
        text = (
            server_directives(team.text(name))
            .replace("443", "PORT")
            .replace("/etc/ssl/ner.example.org", f"{folder}/local")
        )
        servers[name] = text.replace("ner.example.org", "localhost").replace("example.org", "localhost")
    return tls_proxy.Nginx(folder, servers)


def require_front(team, front):
    """Both servers lead to Doccano for goldspan; the pages for browsers need the root of a host."""
    for name, path in (("nginx", ""), ("sub-path", "/doccano")):
        url = f"https://localhost:{front.ports[name]}{path}"
        with Doccano(replace(team.accounts[0], url=url)) as behind:
            assert behind.me().superuser
            made = behind.create_project(f"behind {name}", collaborative=False)
            behind.delete_project(made.id)
        page = requests.get(f"{url}/auth", timeout=60)
        assert page.ok
        script = page.text.partition('src="')[2].partition('"')[0]
        assert script.startswith("/static/")
        found = requests.get(f"https://localhost:{front.ports[name]}{script}", timeout=60)
        assert found.ok == (name == "nginx")
