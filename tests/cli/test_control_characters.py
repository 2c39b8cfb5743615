"""No control character of a text, a title, a label, a name or an argument reaches a terminal raw."""

import json
import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from goldspan import files, stats
from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import ManifestEntry, write_manifest
from goldspan.formats import gold
from goldspan.report.text import Table, escape_markdown, visible

EVIL = "\x1b]0;pwned\x07\x1b[2J\x9b31m\u202egnp\u2066\x7f\x08"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
TITLE = f"{EVIL} | x\\| <!-- end --> <script>alert(1)</script> [a](b) `c\nd` **e**"


@pytest.fixture
def corpus(toy):
    """The small corpus, with evil texts, titles, names of annotators, ids and seeds."""
    text = f"Anna {EVIL} met Ben in Odesa."
    examples = [Example("evil.p01", text, (Span(0, 4, "CREW"), Span(len(text) - 6, len(text) - 1, "PORT")))]
    files.write(toy.seeds / "evil.txt", text)
    gold.write(toy.gold / "evil.jsonl", examples)
    entries = [replace(entry, title=TITLE) for entry in toy.entries]
    write_manifest(toy.folder / "manifest.jsonl", [*entries, ManifestEntry("evil", "evil.txt", "0" * 64, TITLE)])
    for number, name in enumerate(("ann", f"b{EVIL}".replace("/", ""))):
        (toy.passes / name).mkdir(exist_ok=True)
        spans = examples[0].spans[number:]
        commented = replace(examples[0], spans=spans, extra={"comments": [f"{TITLE}\n{EVIL}"]})
        gold.write(toy.passes / name / "evil.jsonl", [commented])
    (toy.decisions / "storm.jsonl").unlink(missing_ok=True)
    return Corpus(toy.root)


@pytest.fixture
def git(corpus):
    def run(*arguments):
        command = ["git", "-C", corpus.root, "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
        subprocess.run(command, check=True, capture_output=True)

    run("init", "-q")
    run("add", "-A")
    run("commit", "-qm", "as received")
    gold.write(corpus.gold / "evil.jsonl", [example.with_spans(()) for example in corpus.gold_examples(["evil"])])
    return run


COMMANDS = [
    ("add", "OUT/inbox"),
    ("add", "OUT/bad"),
    ("add", "OUT/e.jsonl", "--as", EVIL),
    ("add", "OUT/x.jsonl", "--as", "lea"),
    ("adjudicate",),
    ("adjudicate", "--rule", EVIL),
    ("adjudicate", EVIL),
    ("adjudicate", "--adopt", "--as", EVIL, "--reason", EVIL),
    ("agree"),
    ("agree", "--articles", EVIL),
    ("build",),
    ("check",),
    ("check", "OUT/x.jsonl"),
    ("check", EVIL),
    ("convert", "OUT/x.jsonl", "--to", "conll", "-o", "OUT/x.conll"),
    ("convert", "OUT/e.jsonl", "--to", "brat", "-o", "OUT/x"),
    ("convert", "OUT/e.jsonl", "--to", EVIL, "-o", "OUT/x"),
    ("evaluate", "ROOT/corpus/gold", "OUT/x.jsonl"),
    ("evaluate", "ROOT/corpus/gold", EVIL),
    ("export", "--format", "jsonl"),
    ("init", "OUT/in\x1bit"),
    ("release", "1.0"),
    ("release", EVIL),
    ("release", "1.0", "--date", EVIL),
    ("relabel", "CREW", "OTHER", "SOME", "--if", f"{EVIL}=SOME"),
    ("relabel", EVIL, EVIL),
    ("withdraw", "evil", "--requested-by", "other", "--reason", EVIL),
    ("withdraw", EVIL, "--requested-by", "other"),
    ("show",),
    ("show", "--file", "OUT/x.jsonl"),
    ("show", "--pass", "ann", "evil"),
    ("show", "--diff", "HEAD"),
    ("show", "--diff", EVIL),
    ("split",),
    ("split", "--ratios", EVIL),
    ("stats",),
    ("stats", "--json", "-"),
    ("stats", "--json", "OUT/no\x1bwhere/x.json"),
    ("suggest",),
    ("suggest", "--map", EVIL),
    (EVIL,),
    ("stats", f"--{EVIL}"),
    ("stats", EVIL),
    ("doccano", EVIL),
    ("doccano", "status", "--home", EVIL),
]


def arguments(corpus, out, command):
    (out / "inbox").mkdir(parents=True)
    (out / "inbox" / "new.txt").write_text("New.")
    (out / "bad").mkdir()
    (out / "bad" / "e\x1b[2J.txt").write_text("Bad.")
    row = {"id": "x\x1b]0;pwn\x07.p01", "at": 0, "text": f"Anna {EVIL}", "spans": [[0, 4, f"L{EVIL}", "Anna"]]}
    (out / "x.jsonl").write_text(json.dumps(row) + "\n")
    (out / "e.jsonl").write_text(json.dumps(row | {"spans": [[0, 4, "L", EVIL]]}) + "\n")
    given = [part.replace("ROOT", str(corpus.root)).replace("OUT", str(out)) for part in command]
    roots = {
        "add",
        "adjudicate",
        "agree",
        "build",
        "evaluate",
        "export",
        "release",
        "relabel",
        "show",
        "split",
        "stats",
        "suggest",
        "withdraw",
    }
    return [*given, *(("--root", str(corpus.root)) if command[0] in roots else ())]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: visible(" ".join(command)))
@pytest.mark.usefixtures("git")
def test_nothing_raw_is_printed(corpus, tmp_path, goldspan, capfd, command):
    goldspan(*arguments(corpus, tmp_path / "out", command))
    captured = capfd.readouterr()
    assert captured.out + captured.err
    assert not RAW.findall(captured.out)
    assert not RAW.findall(captured.err)


@pytest.mark.parametrize(
    "command", [("show",), ("show", "--diff", "HEAD"), ("stats", "--full"), ("check",), ("agree", "--full")]
)
@pytest.mark.usefixtures("git")
def test_on_a_terminal_only_colours_are_raw(corpus, command):
    parent, child = pty.openpty()
    given = [sys.executable, "-m", "goldspan", *command, "--root", corpus.root]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "NO_COLOR": ""}
    seen, process = b"", subprocess.Popen(given, stdout=child, stderr=child, env=environment)
    os.close(child)
    try:
        while block := os.read(parent, 100_000):
            seen += block
    except OSError:  # Linux reports the end so
        pass
    os.close(parent)
    process.wait()
    text = re.sub(r"\x1b\[[\d;]*m|\x1b\[\?25[lh]|\x1b\[1A|\x1b\[2K|\r", "", seen.decode())
    assert "Odesa" in text or "evil" in text
    assert not RAW.findall(text)


def test_a_title_breaks_neither_the_statistics_nor_the_card(corpus):
    card = corpus.folder / "README.md"
    card.write_text("# Card\n\n<!-- stats: Articles --><!-- end -->\n\nAfter.\n\n<!-- stats: Splits --><!-- end -->\n")
    tables = stats.corpus_tables(corpus)
    assert stats.write_statistics(corpus, tables)
    assert stats.write_statistics(corpus, tables) == []
    text = card.read_text()
    assert text.count("<!-- stats:") == text.count("<!-- end -->") == 2
    assert "<script>" not in text
    assert not RAW.findall(text)
    assert "\nAfter.\n" in text
    rows = [line for line in text.splitlines() if "pwned" in line]
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows} == {7}


def test_a_cell_shows_its_text_as_it_is():
    markdown_it = pytest.importorskip("markdown_it")
    parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    texts = [
        "a|b",
        "a\\|b",
        "\\",
        "<!-- end -->",
        "<b>x</b>",
        "[a](b)",
        "`c`",
        "**e** _f_ g_h",
        "~~x~~",
        "&amp; &",
        "# x",
    ]
    html = parser.render(Table("", "", ("n", "x"), tuple(("n", text) for text in texts)).markdown())
    cells = re.findall(r"<td>(.*?)</td>", html)[1::2]
    unescape = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}
    assert [re.sub("&(lt|gt|quot|amp);", lambda match: unescape[match[0]], cell) for cell in cells] == texts
    for text in texts:
        shown = parser.renderInline(escape_markdown(text))
        assert re.sub("&(lt|gt|quot|amp);", lambda match: unescape[match[0]], shown) == text
