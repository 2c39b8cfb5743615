"""Run as a program: trains folds in two other processes, which take their time, and prints when they have begun."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from goldspan.annotation import Example, Span
from goldspan.models.cross_validation import cross_validate


@dataclass(frozen=True)
class SlowTrainer:
    """Trains for a minute, and leaves a file with its process number when it begins."""

    folder: Path
    recipe: str = "slow"

    def train(self, training, validation=(), *, seed=0):
        del training, validation, seed
        (self.folder / f"{os.getpid()}.began").touch()
        time.sleep(60)


def process_number(task):
    """Whose process it is."""
    return task, os.getpid()


def main():
    # A shell has programs that run in its background ignore Ctrl-C; one in a terminal heeds it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    examples = [Example(f"a{n}.p00", "Ann.", (Span(0, 3, "PERSON"),)) for n in range(4)]
    cross_validate(examples, {f"a{n}": n for n in range(4)}, SlowTrainer(Path(sys.argv[1])), processes=2)


if __name__ == "__main__":
    main()
