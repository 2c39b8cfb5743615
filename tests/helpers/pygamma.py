"""pygamma-agreement in an environment of its own, run as another process.

It needs cvxopt, which is under the GPL; so it is no part of this project, not even of its tests' environment.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PINNED = "pygamma-agreement==0.5.9"
HOME = Path(__file__).parents[2] / "build" / "peers" / "pygamma"
RUN = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
from pyannote.core import Segment
from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum, ShuffleContinuumSampler

def continuum(annotators):
    made = Continuum()
    for number, units in enumerate(annotators):
        made.add_annotator(str(number))
        for start, end, label in units:
            made.add(str(number), Segment(start, end), str(label))
    return made

asked = json.load(sys.stdin)
np.random.seed(0)
dissimilarity = CombinedCategoricalDissimilarity()
for fast in (False, True):  # so that nothing is compiled while the clock runs
    continuum([[[0, 2, 0], [5, 8, 1]]] * 3).compute_gamma(dissimilarity, n_samples=2, fast=fast)
found = []
for annotators in asked["continua"]:
    made = continuum(annotators)
    started = time.perf_counter()
    result = made.compute_gamma(
        dissimilarity, n_samples=asked["samples"], sampler=ShuffleContinuumSampler(), fast=asked["fast"]
    )
    gamma = float(result.gamma)
    seconds = time.perf_counter() - started
    found.append([float(result.observed_disorder), float(result.expected_disorder), gamma, seconds])
print()
print(json.dumps(found))
"""


def gammas(continua, *, samples=30, fast=False):
    """What pygamma-agreement says of continua.

    Args:
        continua: per continuum and annotator the units, as start, end and label.
        samples: how many random continua it draws.
        fast: whether it may take its faster approximation.

    Returns:
        Per continuum the observed and the expected disorder, gamma, and the seconds of that call alone.
    """
    asked = json.dumps({"continua": continua, "samples": samples, "fast": fast})
    done = subprocess.run([_python(), "-c", RUN], input=asked, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _python():
    """The interpreter of the environment, which is made where it is missing."""
    python = HOME / "bin" / "python"
    if not (HOME / "ready").exists():
        for command in ([sys.executable, "-m", "venv", HOME], [python, "-m", "pip", "install", "--quiet", PINNED]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"{PINNED} cannot be installed: {done.stderr.strip()[-200:]}")
        (HOME / "ready").touch()
    return python
