"""What a command draws on a terminal of some width, and whether that is one screen."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.cells import cell_len

ROWS = 24  # of the smallest usual terminal
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def draw(*arguments, folder, width=80, rows=ROWS, answers=""):
    """The lines that `goldspan` with these arguments draws on a terminal of this width, without colours.

    Standard error is a file, so that no progress bar is drawn; what is printed there comes first.

    Args:
        arguments: of the command line.
        folder: the current folder.
        width: columns of the terminal.
        rows: of the terminal.
        answers: what is typed.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, width, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "COLUMNS", "LINES"}}
    environment |= {"TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "goldspan", *map(str, arguments)]
    os.write(ours, answers.encode())
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=errors, env=environment):
            os.close(theirs)
            drawn = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        errors.seek(0)
        text = (errors.read() + drawn).decode()
    return [CONTROL.sub("", line.rstrip("\r")) for line in text.splitlines()]


def require_one_screen(lines, *, width=80, rows=ROWS):
    """Fail unless the lines fit one screen of this width, at most so many rows."""
    wide = [line for line in lines if cell_len(line) > width]
    assert not wide, f"wider than {width} columns:\n" + "\n".join(wide)
    assert len(lines) <= rows, f"{len(lines)} lines:\n" + "\n".join(lines)


def _read(terminal):
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux, when the other side is closed
        return b""


if __name__ == "__main__":
    print(*draw(*sys.argv[2:], folder=Path.cwd(), width=int(sys.argv[1])), sep="\n")
