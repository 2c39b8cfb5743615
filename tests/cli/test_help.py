"""`goldspan help`: the pages of docs/, in a checkout and in an installed package."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from goldspan.cli import command_reference
from goldspan.cli import help as help_command
from helpers.command_line import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = sorted(page.stem for page in (ROOT / "docs").glob("*.md") if page.stem != "index")
NAMED = re.compile(r"goldspan help ([a-z_]+)")


def test_the_pages_are_listed_in_groups_with_their_titles(goldspan, capsys):
    assert goldspan("help") == 0
    out = capsys.readouterr().out
    listed = re.findall(r"^  ([a-z_]+) +(\S.*)$", out, re.MULTILINE)
    assert sorted(name for name, _ in listed) == PAGES
    titles = re.findall(r"^(\S.*):$", out, re.MULTILINE)
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    captions = re.findall(r"^:caption: (.*)$", index, re.MULTILINE)
    assert [title for title in captions if title in titles] == [title for title in titles if title != "More"]
    assert len(titles) > 5


def test_without_a_table_of_contents_all_pages_are_one_group(goldspan, capsys, monkeypatch, tmp_path):
    (tmp_path / "one.md").write_text("# The first\n")
    monkeypatch.setattr(help_command, "PLACES", (tmp_path,))
    assert goldspan("help") == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["Pages:", "  one                  The first"]


def test_a_search_names_the_sections_that_have_all_words(goldspan, capsys):
    assert goldspan("help", "--search", "TRIGRAMS containment") == 0
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("near_duplicates ")


def test_a_search_that_finds_nothing_says_so(goldspan, capsys):
    assert goldspan("help", "--search", "xyzzy") == 1
    assert "no section of a page has 'xyzzy'" in capsys.readouterr().err


def test_the_reference_has_every_command_and_every_option():
    text = command_reference.page()
    for path, command in COMMANDS.items():
        assert f"(#goldspan-{'-'.join(path)})" in text
        section = text.partition(f"\n## goldspan {' '.join(path)}\n")[2].partition("\n## ")[0]
        options = [one for one in command.params if one.param_type_name == "option" and "--quiet" not in one.opts]
        assert not [one.opts for one in options if max(one.opts, key=len) not in section]


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
    """Docstrings may: who reads them has the checkout."""
    found = {}
    for path in (ROOT / "src").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        named = [one.value for one in texts if id(one) not in docstrings and re.search(r"docs/[a-z_]+\.md", one.value)]
        if named and path.name != "command_reference.py":
            found[path.name] = named
    assert not found
