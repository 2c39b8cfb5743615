"""The links of the documentation lead somewhere, and a link that does not is found."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / ".ci"))
import docs  # noqa: E402  (.ci/docs.py)
import links  # noqa: E402  (.ci/links.py)

sys.path.remove(str(ROOT / ".ci"))
sys.path.remove(str(ROOT / "scripts"))  # that docs.py adds; evaluate.py there is not the library
INDEX = (ROOT / "docs" / "index.md").read_text("utf-8")
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_link_of_the_repository_leads_somewhere():
    assert [str(each) for each in links.broken_links(ROOT)] == []


@pytest.fixture
def pages(tmp_path):
    """A repository of two pages, whose first page a test writes."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "data.toml").write_text("")
    (tmp_path / "docs" / "other.md").write_text(
        '# Other\n\n## What is `a.b`, and "why"?\n\n## Twice\n\n## Twice\n\n'
        '<a id="set"></a>\n\n```\n# No heading\n```\n'
    )

    def problems(text):
        (tmp_path / "docs" / "page.md").write_text(text)
        return [(each.link.line, each.reason) for each in links.broken_links(tmp_path)]

    return problems


@pytest.mark.parametrize(
    "target",
    [
        "other.md",
        "other.md#what-is-ab-and-why",
        "other.md#twice",
        "other.md#twice-1",
        "other.md#set",
        "#page",
        "../data.toml",
        "../docs/",
        "https://example.org/a?b=c#d",
        "mailto:anna@example.org",
    ],
)
def test_a_link_that_leads_somewhere_is_accepted(pages, target):
    assert pages(f"# Page\n\n[words]({target})\n") == []


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("othre.md", "no such file"),
        ("Other.md", "no such file"),
        ("other.md#twice-2", "no such heading"),
        ("other.md#no-heading", "no such heading"),
        ("#other", "no such heading"),
        ("../data.toml#a", "not a page"),
        ("../../data.toml", "out of the repository"),
        ("/docs/other.md", "relative to the page"),
        ("#", "is empty"),
        ("https://", "names no host"),
        ("https://example/x", "names no host"),
        ("htps://example.org", "neither http"),
        ("mailto:anna", "no address of mail"),
    ],
)
def test_a_broken_link_is_found_with_its_line(pages, target, reason):
    [(line, found)] = pages(f"# Page\n\nWords.\n\n| a |\n|---|\n| ![picture]({target}) |\n")
    assert (line, bool(re.search(reason, found))) == (7, True), found


def test_a_broken_link_in_html_is_found_and_one_in_code_is_not_a_link(pages):
    assert pages('# Page\n\n<img alt="" src="nowhere.png">\n\n`[a](b.md)`\n\n```\n[a](b.md)\n```\n') == [
        (3, "there is no such file")
    ]


def test_every_page_is_in_the_table_of_contents_once():
    entries = [
        line for block in TOCTREE.findall(INDEX) for line in block.splitlines() if line and not line.startswith(":")
    ]
    assert len(entries) == len(set(entries))
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages == {entry for entry in entries if "/" not in entry}


def test_every_topic_that_a_page_names_is_a_page():
    texts = [(ROOT / path).read_text("utf-8") for path in links.pages(ROOT)]
    topics = {topic for text in texts for topic in re.findall(r"goldspan help ([a-z][a-z_]+)", text)}
    assert {topic for topic in topics if not (ROOT / "docs" / f"{topic}.md").is_file()} == set()


def test_a_page_that_asks_another_host_is_found(tmp_path):
    (tmp_path / "page.html").write_text(
        '<script src="https://cdn.example.org/a.js"></script><link href="//x.example.org/a.css" rel="stylesheet">'
        '<link rel="canonical" href="https://example.org/"><a href="https://example.org">words</a><img src="a.png">'
    )
    (tmp_path / "a.css").write_text("@font-face { src: url('https://fonts.example.org/a.woff2') }")
    assert [found.partition(":")[0] for found in docs.requests_to_other_hosts(tmp_path)] == [
        "a.css",
        "page.html",
        "page.html",
    ]
