"""What all tests share: fixtures, and a hypothesis profile without deadlines."""

import functools
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from typer import testing

from goldspan import cli
from goldspan.corpus import Corpus
from goldspan.report import schemas

ROOT = Path(__file__).parent.parent

# A developer's machine looks for new counterexamples at each run; in CI a run can be repeated.
settings.register_profile(
    "goldspan", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
# For the inner loop: `--hypothesis-profile quick`. The whole suite looks at four times as many examples.
settings.register_profile("quick", settings.get_profile("goldspan"), max_examples=25)
settings.load_profile("goldspan")


LIVE = {"doccano", "server", "people"}  # the fixtures that start a Doccano


def pytest_collection_modifyitems(items):
    """Mark as live what needs a running Doccano: all of `doccano/live`, and nothing of `doccano/unit`."""
    for item in items:
        folder = item.path.parent.name
        starts = bool(LIVE.intersection(getattr(item, "fixturenames", ())))
        if starts and folder == "unit":
            raise pytest.UsageError(f"{item.nodeid} starts a Doccano: it belongs in tests/doccano/live")
        if starts or folder == "live":
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def project():
    """The corpus of this repository."""
    return Corpus(ROOT)


@pytest.fixture
def toy(tmp_path):
    """A small corpus of other articles and labels, laid out like the real one, to be changed at will."""
    shutil.copytree(ROOT / "tests" / "data" / "toy", tmp_path / "toy")
    return Corpus(tmp_path / "toy")


@pytest.fixture(scope="session", autouse=True)
def one_command_line():
    """The runner of typer reads the command line from its functions once, as a program does, and not at each call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(testing, "_get_command", functools.cache(testing._get_command))
        yield


@pytest.fixture(scope="session", autouse=True)
def described_reports():
    """Every JSON report that a test writes in this process is what its JSON Schema describes."""
    from helpers.described_reports import with_described

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas, "with_schema", with_described(schemas.with_schema))
        yield


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory):
    """What commands keep in the user's data folder, as `doccano status` its counts, stays in one of this test run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_logins():
    """No time is spent on hashing passwords."""
    from helpers import doccano_server

    with pytest.MonkeyPatch.context() as patch:
        doccano_server.quicken_logins(patch)
        yield


@pytest.fixture(scope="session")
def doccano(tmp_path_factory):
    """A Doccano of this test run's own: `.account`, `.home`. Its environment is made once and kept in the cache."""
    from helpers import doccano_server

    with doccano_server.running(tmp_path_factory.mktemp("doccano")) as server:
        yield server


@pytest.fixture(scope="module")
def server(doccano):
    """The client of that Doccano, logged in."""
    from goldspan.doccano.client.api import Doccano

    with Doccano(doccano.account) as client:
        yield client


@pytest.fixture(scope="module")
def people(doccano):
    """Ann and bob, who annotate there; made once a module, since a password takes its time."""
    from helpers import doccano_annotator

    made = doccano_annotator.create_by_name(doccano, "ann", "bob")
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def goldspan():
    """The command line as it is registered: called with arguments, it gives the exit code."""

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            cli.main([str(argument) for argument in arguments])
        return caught.value.code or 0

    return run
