"""Releases that the tests rebuild, each made once."""

import pytest

from goldspan.corpus import Corpus
from goldspan.export import export
from goldspan.new_project import create_demo
from goldspan.release import release
from goldspan.standoff import fingerprints
from helpers import rebuilt_releases


@pytest.fixture(scope="session")
def standoff_release(project, tmp_path_factory):
    """A release of the corpus of this repository, of which no text may travel."""
    folder = tmp_path_factory.mktemp("standoff") / "release"
    with pytest.MonkeyPatch.context() as patch:
        rebuilt_releases.state_release(patch)
        patch.setattr(fingerprints, "ROUNDS", 1)  # what is slow on purpose costs nothing here
        release(Corpus(project.root), "1.0", folder, date=rebuilt_releases.DATE, is_checked=True)
    return folder


@pytest.fixture(scope="session")
def exported(project, tmp_path_factory):
    """The dataset that the repository exports."""
    folder = tmp_path_factory.mktemp("exported") / "dataset"
    export(project, folder, is_checked=True)
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo, whose texts may travel, all but one."""
    return create_demo(tmp_path_factory.mktemp("demo") / "demo")


@pytest.fixture(scope="session")
def demo_release(demo, tmp_path_factory):
    """A release of the demo, with all of its texts but one."""
    folder = tmp_path_factory.mktemp("demo-release") / "release"
    with pytest.MonkeyPatch.context() as patch:
        rebuilt_releases.state_release(patch)
        release(Corpus(demo.root), "1.0", folder, date=rebuilt_releases.DATE, is_checked=True)
    return folder
