"""Compares what two versions of goldspan report, byte for byte, on this corpus and on the toy corpus of the tests.

    python3 .ci/compare_reports.py REVISION [--not-words]

REVISION, another commit of this repository, is taken out into a temporary folder, and each command below is run with
the old code and with the code of the working tree, on the same copies of both corpora. Files that differ are printed as
unified diffs. With --not-words a new wording is no difference: of a JSON report, its keys, numbers and values of one
word are compared; what is printed and what is on a page, not at all; suggestions, conversions, exports and exit codes,
byte for byte as ever. Exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FORMATS = ("gold", "jsonl", "doccano", "brat", "conll", "prodigy")
COMMANDS = {
    "suggest": "suggest --output {out}/suggestions",
    "check": "check --json {out}/check.json",
    "stats": "stats --json {out}/stats.json",
    "agree": "agree --full --json {out}/agree.json",
    "agree against gold": "agree --against gold --full --html {out}/agree.html --json {out}/agree-gold.json",
    "evaluate": "evaluate corpus/gold {out}/suggestions --full --html {out}/evaluate.html --json {out}/evaluate.json",
    "evaluate baseline": "evaluate corpus/gold {out}/suggestions --baseline corpus/gold --full --json {out}/base.json",
    **{f"convert to {name}": f"convert corpus/gold --to {name} --output {{out}}/{name}" for name in FORMATS},
    "adjudicate": "adjudicate --json {out}/adjudicate.json",
    "split": "split --json {out}/split.json",
    "export": "export --format jsonl --output {out}/export",
    "show": "show",
}


def main() -> int:
    """Run everything twice and print what differs; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("revision", help="the commit to compare with")
    parser.add_argument("--not-words", action="store_true", help="let sentences, printed text and pages differ")
    arguments = parser.parse_args()
    differing = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        old = folder / "old"
        subprocess.run(["git", "worktree", "add", "--detach", "--quiet", old, arguments.revision], cwd=ROOT, check=True)
        try:
            for name, corpus in (("this corpus", ROOT), ("toy", ROOT / "tests" / "data" / "toy")):
                before = _run_all(old / "src", corpus, folder / "run")
                after = _run_all(ROOT / "src", corpus, folder / "run")
                if arguments.not_words:
                    before, after = _without_words(before), _without_words(after)
                differing += _compare(name, before, after)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", old], cwd=ROOT, check=True)
    print(f"{differing} file(s) differ" if differing else "equal" if arguments.not_words else "equal byte for byte")
    return 1 if differing else 0


def _run_all(source: Path, corpus: Path, folder: Path) -> dict[str, str]:
    """What each command printed and wrote, by name; run in a fresh copy of the corpus at the same path each time."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("annotation_guidelines", "corpus", "seeds"):
        shutil.copytree(corpus / name, folder / name)
    if (corpus / "goldspan.toml").is_file():
        shutil.copy(corpus / "goldspan.toml", folder)
    out = folder / "out"
    out.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(source), "COLUMNS": "100", "NO_COLOR": "1", "PYTHONHASHSEED": "0"}
    texts = {}
    for name, command in COMMANDS.items():
        done = subprocess.run(
            [sys.executable, "-m", "goldspan", *command.format(out=out).split()],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        texts[f"{name}: exit code"] = f"{done.returncode}\n"
        texts[f"{name}: printed"] = done.stdout + done.stderr
    for path in sorted(out.rglob("*")):
        if path.is_file():
            texts[str(path.relative_to(out))] = path.read_bytes().decode("utf-8", "backslashreplace")
    return texts


def _without_words(texts: dict[str, str]) -> dict[str, str]:
    """The same texts without what only a person reads."""
    kept = {name: text for name, text in texts.items() if not name.endswith((": printed", ".html"))}
    reports = {name for name in kept if "/" not in name and name.endswith(".json")}
    return {
        name: json.dumps(_masked(json.loads(text)), indent=1, sort_keys=True) if name in reports else text
        for name, text in kept.items()
    }


def _masked(value: Any) -> Any:  # noqa: ANN401  (JSON is any)
    """The value with each sentence, which is a string with a space in it, replaced by one word."""
    match value:
        case dict():
            return {key: _masked(each) for key, each in value.items()}
        case list():
            return [_masked(each) for each in value]
        case str() if " " in value:
            return "sentence"
    return value


def _compare(corpus: str, before: dict[str, str], after: dict[str, str]) -> int:
    """How many files differ; prints how."""
    differing = 0
    for name in sorted({*before, *after}):
        old, new = _lines(before.get(name, "")), _lines(after.get(name, ""))
        changed = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if not line.startswith("@@")][2:]
        if changed:
            print(f"{corpus}, {name}: {len(changed)} changed line(s)")
        for line in changed:
            print(f"    {line[:400]}")
        differing += bool(changed)
    return differing


def _lines(text: str) -> list[str]:
    # A JSON report may be one long line, and a page nearly so: cut where a reader would.
    return re.sub(r"(?<=[,}\]>]) ?(?=[\"{\[<])", "\n", text).splitlines()


if __name__ == "__main__":
    sys.exit(main())
