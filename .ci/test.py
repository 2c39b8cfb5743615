"""Passes the tests on a machine that has only Python: makes `.venv`, installs what the tests need, runs pytest.

python3 .ci/test.py [pytest arguments]
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from _door import environment  # noqa: E402  (found by the line above)

if __name__ == "__main__":
    python = environment("model", "test")
    sys.exit(subprocess.run([python, "-m", "pytest", *sys.argv[1:]], cwd=ROOT, check=False).returncode)  # noqa: S603
