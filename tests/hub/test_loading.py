"""What was pushed loads by name from the Hub, with the library that people load datasets with."""

import json
import os
import subprocess
import sys

from goldspan.release.description import read_description

CODE = """
import json, sys
from datasets import get_dataset_config_names, load_dataset

found = {}
for config in get_dataset_config_names("ann/news", revision=sys.argv[1]):
    loaded = load_dataset("ann/news", config, revision=sys.argv[1])
    found[config] = {split: rows.num_rows for split, rows in loaded.items()}
first = load_dataset("ann/news", revision=sys.argv[1])
row = first["validation"][0]
labels = first["validation"].features["spans"].feature["label"].names
spans = [[row["text"][s["start"]:s["end"]], labels[s["label"]]] for s in row["spans"]]
print(json.dumps({"rows": found, "spans": spans, "surfaces": [s["surface"] for s in row["spans"]]}))
"""


def test_a_pushed_release_loads_by_name_with_all_its_configurations(hub, folders, push, tmp_path):
    assert push("ann/news", folders / "release", "--private", "--apply")[0] == 0
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": hub.token}
    done = subprocess.run(
        [sys.executable, "-c", CODE, "v1.0"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    described = read_description(folders / "release")
    assert found["rows"] == {
        config: {split: size.rows for split, size in splits.items()} for config, splits in described.configs.items()
    }
    assert found["spans"]
    assert [words for words, _ in found["spans"]] == found["surfaces"]
