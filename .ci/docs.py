"""Makes the site of the documentation in `build/docs` on a machine that has only Python, and checks it.

python3 .ci/docs.py               the site; warnings are errors, links inside the repository must lead somewhere
python3 .ci/docs.py --external    asks in addition for each address on another host; needs the network

The first run makes `.venv` with the extra `docs`. Open `build/docs/index.html`: the site needs no server, and no page
of it asks another host for anything.
"""

import re
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "build" / "docs"
sys.path.insert(0, str(ROOT / "scripts"))

from _run import environment  # noqa: E402  (found by the line above)

# What a browser fetches by itself: scripts, styles, pictures, fonts. A link that a reader follows is not among it.
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc\s*=\s*["']?(?:https?:)?//[^"'\s>]+"""
    r"""|<link\b(?![^>]*\brel\s*=\s*["']?(?:canonical|author|license))[^>]*\bhref\s*=\s*["']?(?:https?:)?//[^"'\s>]+"""
    r"""|(?:url\(|@import)\s*["']?(?:https?:)?//[^"')\s]+""",
    re.IGNORECASE,
)
FIRST_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=docs/index.html">
<title>goldspan</title>
<a href="docs/index.html">The documentation of goldspan</a>
</html>
"""


def main(arguments: list[str]) -> int:
    """Make and check the site; the exit code."""
    if arguments not in ([], ["--external"]):
        print(__doc__, file=sys.stderr)
        return 2
    python = Path(sys.executable) if find_spec("sphinx") and find_spec("furo") else environment("docs")
    started = time.monotonic()
    if run(python, ROOT / ".ci" / "links.py") or run(python, *sphinx("html", SITE)):
        return 1
    (SITE / "index.html").write_text(FIRST_PAGE, "utf-8")
    fetched = requests_to_other_hosts(SITE)
    if fetched:
        print("The site asks other hosts for:", *fetched, sep="\n    ", file=sys.stderr)
        return 1
    pages = sum(1 for _ in SITE.rglob("*.html"))
    print(
        f"{SITE.relative_to(ROOT)}/index.html: {pages} pages in {time.monotonic() - started:.0f} s, no other host asked"
    )
    if arguments:
        return run(python, *sphinx("linkcheck", ROOT / "build" / "linkcheck"))
    return 0


def sphinx(builder: str, output: Path) -> list[str | Path]:
    """The arguments of a build in which each warning is an error, all of them printed."""
    return ["-m", "sphinx", "-b", builder, "-q", "-W", "--keep-going", "-E", "-c", ROOT / "docs", ROOT, output]


def run(python: Path, *arguments: str | Path) -> int:
    """The exit code of a program of Python."""
    return subprocess.run([python, *arguments], cwd=ROOT, check=False).returncode


def requests_to_other_hosts(site: Path) -> list[str]:
    """Each thing that a page or style of the site makes a browser fetch from another host."""
    files = [path for path in sorted(site.rglob("*")) if path.suffix in {".html", ".css"}]
    return [
        f"{path.relative_to(site)}: {found}" for path in files for found in FETCHED.findall(path.read_text("utf-8"))
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
