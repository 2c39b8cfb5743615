"""`goldspan help`: the pages of docs/, in a checkout and in an installed package."""

import re
import tomllib
from pathlib import Path

import pytest

from goldspan.cli import help as help_command

ROOT = Path(__file__).parents[2]
PAGES = sorted(page.stem for page in (ROOT / "docs").glob("*.md") if page.stem != "index")
NAMED = re.compile(r"goldspan help ([a-z_]+)")


def test_the_pages_are_listed_with_their_titles(goldspan, capsys):
    assert goldspan("help") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == PAGES
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines)


@pytest.mark.parametrize("topic", ["settings", "settings.md", "docs/settings.md"])
def test_a_page_is_printed_as_it_is_where_nobody_looks(goldspan, capsys, topic):
    assert goldspan("help", topic) == 0
    assert capsys.readouterr().out == (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_a_page_with_a_hyphen_is_found(goldspan, capsys):
    assert goldspan("help", "language-models") == 0
    assert capsys.readouterr().out.startswith("# ")


def test_a_page_that_is_not_there_is_refused_with_the_nearest(goldspan, capsys):
    assert goldspan("help", "setings") == 1
    assert "there is no page 'setings', did you mean settings?" in capsys.readouterr().err


def test_without_pages_it_says_so(goldspan, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(help_command, "PLACES", (tmp_path / "docs",))
    assert goldspan("help") == 1
    assert "not installed" in capsys.readouterr().err


def test_an_installed_package_has_the_pages():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"docs": "goldspan/docs"}
    assert help_command.PLACES[0] == ROOT / "src" / "goldspan" / "docs"


def test_every_page_that_is_named_is_there():
    sources = [path for path in (ROOT / "src").rglob("*") if path.suffix in {".py", ".md", ".toml"}]
    named = {name for path in sources for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert named
    assert named <= set(PAGES)


def test_no_message_names_a_file_that_an_installed_package_lacks():
    texts = {
        str(path.relative_to(ROOT)): re.findall(r"""["'`].*docs/[a-z_]+\.md""", path.read_text(encoding="utf-8"))
        for path in (ROOT / "src").rglob("*.py")
    }
    assert not {path: found for path, found in texts.items() if found}
