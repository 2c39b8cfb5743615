"""The environment that Doccano runs in: how it is built, of what, and what is reported when it is broken."""

import re
import sys
from importlib import resources

import pytest

from goldspan.doccano import server
from goldspan.doccano.server import install, pins
from goldspan.doccano.server.environment import VERSION
from goldspan.errors import NotFoundError
from helpers import doccano_server

RUNNING = ".".join(map(str, sys.version_info[:2]))
PINS = resources.files("goldspan.doccano.server").joinpath("requirements.txt").read_text()


def silent(_):
    """Print nothing."""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder in which nothing was ever made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "goldspan"


@pytest.fixture
def fits(monkeypatch):
    """The running Python counts as one that the pins fit: nothing of Doccano is installed in it."""
    monkeypatch.setattr(install, "PYTHON_VERSIONS", (RUNNING,))


def made(cache, python=None, version=RUNNING):
    """An environment that is marked as complete, with a Python if one is given."""
    environment = install.find_environment(version)
    assert environment.folder.parent == cache
    (environment.folder / "bin").mkdir(parents=True)
    environment.stamp.touch()
    if python is not None:
        (environment.folder / "bin" / "python").write_text(python)
        (environment.folder / "bin" / "python").chmod(0o755)
    return environment


@pytest.mark.parametrize(
    ("python", "expected"),
    [
        (None, "its Python does not run \\(No such file or directory\\)"),
        ("\0\0garbled", "its Python does not run \\(Exec format error\\)"),
        ("#!/bin/sh\necho 'No module named django' >&2; exit 1\n", "(?s)ended with 1:\n    No module named django"),
        ("#!/bin/sh\nexit 3\n", "(?s)ended with 3:\n    \\(no output\\)"),
        ("#!/bin/sh\necho 1.8.5\n", "holds Doccano 1.8.5, not 1.8.4"),
    ],
    ids=["gone", "garbled", "a package gone", "silent", "another version"],
)
@pytest.mark.usefixtures("fits")
def test_a_broken_environment_is_reported_with_the_remedy(cache, tmp_path, python, expected):
    environment = made(cache, python)
    with pytest.raises(NotFoundError, match=expected) as caught:
        server.start(tmp_path / "home", 0)
    assert caught.value.file == environment.folder
    assert "Remove this folder" in caught.value.remedy
    assert not server.status(tmp_path / "home").web


@pytest.mark.usefixtures("fits")
@pytest.mark.slow
def test_when_pip_fails_its_last_lines_are_shown(cache, tmp_path, monkeypatch):
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    steps = []
    with pytest.raises(NotFoundError, match=r"(?s)pip ended with 1:.*No matching distribution found"):
        server.start(tmp_path / "home", 0, steps.append)
    assert "Installing Doccano" in steps[0]
    assert not list(cache.glob("doccano-*/complete"))  # the next start builds it again


@pytest.mark.usefixtures("fits")
def test_the_running_python_is_used_if_its_version_was_tested():
    assert install.find_python() == (sys.executable, RUNNING)


def script(path, does):
    """A program of a few lines of shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A machine whose one Python, the running one, fits nothing; the folder of its PATH."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def uv(folder, installs="exit 0", finds="3.12"):
    """A `uv` that finds the Python of one version, once `installed` is there."""
    python = script(folder / "uv-python", f"echo {finds}")
    return script(
        folder / "uv",
        f"""case "$1 $2" in
"python find") for last; do true; done
    echo "warning: about the network" >&2
    test -e {folder}/installed && test "$last" = {finds} && echo {python} && exit 0
    echo "error: No interpreter found for Python $last in managed installations" >&2; exit 2 ;;
"python install") echo "$3" >> {folder}/asked; {installs} ;;
*) echo "error: unrecognized subcommand '$2'" >&2; exit 2 ;;
esac""",
    )


def test_a_python_on_the_path_is_found_past_a_broken_one(tmp_path, monkeypatch):
    for folder, does in (("shims", "exit 127"), ("good", "echo 3.12")):
        script(tmp_path / folder / "python3.12", does)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'good'}")
    assert install.find_python() == (str(tmp_path / "good" / "python3.12"), "3.12")


@pytest.mark.parametrize("version", install.PYTHON_VERSIONS)
def test_each_tested_version_on_the_path_is_found(alone, version):
    script(alone / "python3.15", "echo 3.15")
    python = script(alone / f"python{version}", f"echo {version}")
    assert install.find_python() == (str(python), version)


def test_a_python_that_uv_has_is_used(alone):
    uv(alone, finds="3.11")
    (alone / "installed").touch()
    assert install.find_python() == (str(alone / "uv-python"), "3.11")
    assert not (alone / "asked").exists()


def test_uv_installs_a_python_where_there_is_none(alone):
    uv(alone, installs=f": > {alone}/installed")
    steps = []
    assert install.find_python(steps.append) == (str(alone / "uv-python"), "3.12")
    assert (alone / "asked").read_text() == "3.12\n"
    assert steps == ["Installing Python 3.12 with uv (once)"]


def test_a_python_of_the_path_is_preferred_to_uv(alone):
    uv(alone)
    (alone / "installed").touch()
    python = script(alone / "python3.14", "echo 3.14")
    assert install.find_python() == (str(python), "3.14")


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("echo 'error: Request failed after 3 retries' >&2; exit 1", "ended with 1\\):\n    error: Request failed"),
        ("exit 0", "ended with 0"),
        ("kill -9 $$", "ended with -9"),
    ],
    ids=["no network", "nothing installed", "killed"],
)
def test_where_uv_fails_its_last_lines_are_shown(alone, does, told):
    uv(alone, installs=does)
    with pytest.raises(NotFoundError, match=f"(?s)needs Python 3.11 or .*uv installs none \\(it {told}"):
        install.find_python()


def test_a_uv_that_is_another_program_is_passed_over(alone):
    script(alone / "uv", "echo purifier 3000")
    with pytest.raises(NotFoundError, match="uv installs none"):
        install.find_python()


def test_without_a_python_that_fits_the_remedy_names_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "PYTHON_VERSIONS", ("2.7",))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotFoundError, match=r"(?s)needs Python 2\.7, and none .*no uv .*python3-venv.*DOCCANO_URL"):
        install.find_python()


def test_an_environment_that_was_built_before_is_used(cache, alone):
    """Where there is no Python now that fits, nor a network, and where there is another one."""
    environment = made(cache, "#!/bin/sh\necho 1.8.4\n", "3.12")
    assert install.ensure_environment(silent) == environment
    script(alone / "python3.14", "echo 3.14")
    assert install.ensure_environment(silent) == environment


def test_an_environment_that_works_no_more_is_passed_over(cache, alone):
    made(cache, None, "3.11")
    script(alone / "python3.14", 'test "$2" = -c && echo 3.14 && exit; echo no venv here; exit 1')
    with pytest.raises(NotFoundError, match="cannot be built: venv ended with 1:\n    no venv here"):
        install.ensure_environment(silent)


@pytest.mark.parametrize("version", install.PYTHON_VERSIONS)
def test_every_package_is_pinned_once_and_no_place_is_named(version):
    lines = [line for line in pins.requirements(version).decode().splitlines() if not line.startswith("#")]
    shape = re.compile(r'[A-Za-z0-9._-]+==[0-9][0-9a-z.+]*(; python_version (<|>=) "3\.12")?')
    assert [line for line in lines if not shape.fullmatch(line)] == []
    assert f"doccano=={VERSION}" in lines
    applies = [line for line in lines if ";" not in line or (">=" in line) == (version != "3.11")]
    names = [line.partition("==")[0].lower() for line in applies]
    assert len(set(names)) == len(names)
    base = [line.partition("==")[0].lower() for line in PINS.splitlines() if not line.startswith("#")]
    assert set(names) | {"tzdata"} == set(base)


def test_the_pins_of_a_python_that_was_served_before_are_those_of_before():
    """Their bytes name the environment: others would be built again, which needs a network."""
    assert [install.find_environment(version).name for version in ("3.11", "3.12")] == [
        "doccano-1.8.4-9b01dca35484",
        "doccano-1.8.4-45c825ef026c",
    ]


def test_another_pin_or_another_python_is_another_environment():
    keys = {install.environment_key(pins, version) for pins in (b"a==1", b"a==2") for version in ("3.11", "3.12")}
    assert len(keys) == 4
    assert len({install.find_environment(version).name for version in install.PYTHON_VERSIONS}) == 4


@pytest.mark.slow
def test_an_interrupted_environment_is_built_again_and_works(cache, tmp_path):
    """The whole way, from the package index to a server: about a minute and 700 MB."""
    doccano_server.require_python()
    environment = made(cache)
    environment.stamp.unlink()
    (environment.folder / "half").touch()
    try:
        assert server.start(tmp_path / "home", 0).started == ("web", "worker")
        assert environment.stamp.exists()
        assert not (environment.folder / "half").exists()
    finally:
        server.stop(tmp_path / "home", grace=0)
