"""Compares what two versions of goldspan report, byte for byte, on this corpus and on the toy corpus of the tests.

    python3 .ci/compare_reports.py REVISION [--wanted FILE]

REVISION, another commit of this repository, is taken out into a temporary folder, and each command below is run with
the old code and with the code of the working tree, on the same copies of both corpora. Files that differ are printed as
unified diffs. A line of FILE is a regular expression: a changed line that one of them matches is a wanted difference,
counted but not printed. Exit code 1 if any other line differs, or an exit code does.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORMATS = ("gold", "jsonl", "doccano", "brat", "conll", "prodigy")
COMMANDS = {
    "suggest": "suggest --output {out}/suggestions",
    "check": "check --json {out}/check.json",
    "stats": "stats --json {out}/stats.json",
    "agree": "agree --json {out}/agree.json",
    "agree against gold": "agree --against gold --html {out}/agree.html --json {out}/agree-gold.json",
    "evaluate": "evaluate corpus/gold {out}/suggestions --html {out}/evaluate.html --json {out}/evaluate.json",
    "evaluate baseline": "evaluate corpus/gold {out}/suggestions --baseline corpus/gold --json {out}/baseline.json",
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
    parser.add_argument("--wanted", type=Path, help="regular expressions of changed lines that are wanted, one a line")
    arguments = parser.parse_args()
    wanted = [re.compile(line) for line in arguments.wanted.read_text().splitlines()] if arguments.wanted else []
    differing = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        old = folder / "old"
        subprocess.run(["git", "worktree", "add", "--detach", "--quiet", old, arguments.revision], cwd=ROOT, check=True)
        try:
            for name, corpus in (("this corpus", ROOT), ("toy", ROOT / "tests" / "data" / "toy")):
                before = _run_all(old / "src", corpus, folder / "run")
                after = _run_all(ROOT / "src", corpus, folder / "run")
                differing += _compare(name, before, after, wanted)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", old], cwd=ROOT, check=True)
    print(f"{differing} file(s) differ" if differing else "equal byte for byte, but for what is wanted")
    return 1 if differing else 0


def _run_all(source: Path, corpus: Path, folder: Path) -> dict[str, str]:
    """What each command printed and wrote, by name; run in a fresh copy of the corpus at the same path each time."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("annotation_guidelines", "corpus", "seeds"):
        shutil.copytree(corpus / name, folder / name)
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


def _compare(corpus: str, before: dict[str, str], after: dict[str, str], wanted: list[re.Pattern[str]]) -> int:
    """How many files differ in lines that nobody wanted; prints these, and how many lines were wanted."""
    differing = 0
    for name in sorted({*before, *after}):
        lines = list(
            difflib.unified_diff(
                _lines(before.get(name, "")), _lines(after.get(name, "")), "before", "after", n=0, lineterm=""
            )
        )
        changed = [line for line in lines[2:] if not line.startswith("@@")]
        unwanted = [line for line in changed if not any(pattern.search(line) for pattern in wanted)]
        if changed:
            print(f"{corpus}, {name}: {len(changed)} changed line(s), {len(changed) - len(unwanted)} of them wanted")
        for line in unwanted:
            print(f"    {line[:400]}")
        differing += bool(unwanted)
    return differing


def _lines(text: str) -> list[str]:
    # A JSON report may be one long line, and a page nearly so: cut where a reader would.
    return re.sub(r"(?<=[,}\]>]) ?(?=[\"{\[<])", "\n", text).splitlines()


if __name__ == "__main__":
    sys.exit(main())
