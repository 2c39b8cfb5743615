"""What the README shows is what happens."""

import re
import subprocess
import sys
from pathlib import Path

from goldspan.corpus import Corpus
from goldspan.export import export
from goldspan.formats import gold

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_gold_line_is_canonical():
    (line,) = blocks("json")
    record = gold.parse(line.strip().encode(), Path("README.md"), 1)
    assert gold.line(record.example()) == line


def test_the_python_lines_run(project, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    export(project, tmp_path / "build" / "dataset")
    paths = {
        "gold_path": project.gold / "000_33ff5f20720418a6.jsonl",
        "predictions_path": project.passes / "reader-a" / "000_33ff5f20720418a6.jsonl",
    }
    head = "from pathlib import Path\n" + "".join(f"{name} = Path({str(path)!r})\n" for name, path in paths.items())
    for number, block in enumerate(blocks("python")):
        done = subprocess.run(
            [sys.executable, "-c", head + block], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout, f"block {number} prints nothing"


def test_the_way_to_a_project_of_ones_own_can_be_gone(tmp_path, monkeypatch, goldspan):
    monkeypatch.chdir(tmp_path)
    assert goldspan("init", "my-corpus") == 0
    monkeypatch.chdir("my-corpus")
    for name, town in (("one", "Kabul"), ("two", "Sarajevo"), ("three", "Dili")):
        (tmp_path / f"{name}.txt").write_text(f"General Jane Doe came to {town} on Monday.\n")
    assert goldspan("add", *(tmp_path / f"{name}.txt" for name in ("one", "two", "three")), "--apply") == 0
    assert goldspan("suggest") == 0
    drafts = tmp_path / "my-corpus" / "build" / "suggestions"
    corpus = Corpus(tmp_path / "my-corpus")
    for path in drafts.glob("*.jsonl"):
        gold.write(corpus.gold / path.name, [r.example().with_spans(r.example().spans) for r in gold.scan(path)])
    for command in (["check"], ["split", "--apply"], ["export"]):
        assert goldspan(*command) == 0
    assert (tmp_path / "my-corpus" / "build" / "dataset" / "gold" / "test.parquet").is_file()
