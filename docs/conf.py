"""How Sphinx makes the site of these pages; `python3 .ci/docs.py` runs it.

The source folder is the root of the repository, so that a link to the guidelines, the changelog or a schema leads to a
page of the site, too. Only the folders named below are read.
"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

project = "goldspan"
author = "the authors of goldspan"
release = version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
language = "en"

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "*.md",
    "docs/*.md",
    "annotation_guidelines/*.md",
    "corpus/*.md",
    "tests/data/suggest/README.md",
]
# Folders that Sphinx need not walk through.
exclude_patterns = [
    ".*",
    "build",
    "seeds",
    "scripts",
    "corpus/*/*",
    "tests/[!d]*",
    "tests/data/[!s]*",
    "**/__pycache__",
]

source_suffix = {".md": "markdown"}
myst_heading_anchors = 4  # headings have the anchors that GitHub and GitLab give them
myst_enable_extensions = ["colon_fence"]
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # `json` and `toml` blocks with "…" where lines are left out
highlight_language = "text"

html_theme = "furo"
html_title = "goldspan"
html_static_path = ["_static"]
html_css_files = ["goldspan.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": True,
    "footer_icons": [],
    "light_css_variables": {"color-brand-primary": "#1f5f8b", "color-brand-content": "#1f5f8b"},
    "dark_css_variables": {"color-brand-primary": "#7db8e0", "color-brand-content": "#7db8e0"},
}

linkcheck_timeout = 20  # seconds; `python3 .ci/docs.py --external`
linkcheck_retries = 2
