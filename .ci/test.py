"""Runs the tests on a machine that has only Python: makes `.venv`, installs what the tests need, starts pytest.

python3 .ci/test.py                     all but slow tests and benchmarks
python3 .ci/test.py quick [PATH ...]    of these, those that start neither a Doccano nor a browser; a few minutes
python3 .ci/test.py [pytest arguments]  for example `-k offsets`, or a folder
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from _run import environment  # noqa: E402  (found by the line above)

QUICK = ["-m", "not live and not slow and not benchmark", "--hypothesis-profile", "quick"]
MOST_WORKERS = 8  # each may start a Doccano of its own


def arguments(given: list[str]) -> list[str]:
    """The arguments of pytest: for the whole suite, and for `quick`, as many processes as there are processors."""
    quick = given[:1] == ["quick"]
    if given and not quick:
        return given
    workers = str(min(os.cpu_count() or 1, MOST_WORKERS))
    return [*(QUICK if quick else []), "-n", workers, "--dist", "worksteal", *given[1:]]


if __name__ == "__main__":
    python = environment("bulk", "cas", "html", "model", "ray", "serve", "test")
    command = [python, "-m", "pytest", *arguments(sys.argv[1:])]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)
