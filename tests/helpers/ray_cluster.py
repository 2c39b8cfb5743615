"""A cluster of Ray on this machine, started and ended by a test, whose nodes have loopback addresses of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 90.0  # seconds to start
STORE = "80000000"  # bytes of the object store, about the least that Ray takes
RAY = Path(sys.executable).with_name("ray")
SOURCE = Path(__file__).parents[2] / "src"


class RayCluster:
    """Nodes, each `ray start` with a folder of its own.

    Args:
        folder: of logs and sockets; Ray wants a short path.
        path: where the nodes find modules.
    """

    def __init__(self, folder, path=SOURCE):
        self.folder = Path(folder)
        self.path = path
        self.address = None
        self.nodes = []

    def start(self, cpus=1):
        """Start a node, the first of which is the head."""
        number = len(self.nodes) + 2
        log = self.folder / f"node{number}.log"
        whose = ["--address", self.address] if self.address else ["--head", "--port", "0"]
        whose += [] if self.address else ["--temp-dir", str(self.folder), "--include-dashboard", "false"]
        own = ["--node-ip-address", f"127.0.0.{number}", "--num-cpus", str(cpus), "--object-store-memory", STORE]
        command = [str(RAY), "start", "--block", *whose, *own, "--include-log-monitor", "false"]
        command += ["--disable-usage-stats"]
        home = self.folder / f"home{number}"
        home.mkdir(parents=True)
        environment = {**os.environ, "PYTHONPATH": str(self.path), "RAY_USAGE_STATS_ENABLED": "0", "TMPDIR": str(home)}
        environment.pop("RAY_ADDRESS", None)
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command, stdout=stream, stderr=stream, env=environment, cwd=home, start_new_session=True
            )
        self.nodes.append(process)
        self._wait_for(log, process)
        if self.address is None:
            self.address = (self.folder / "ray_current_cluster").read_text(encoding="utf-8").strip()
        return process

    def _wait_for(self, log, process):
        until = time.monotonic() + PATIENCE
        while b"block forever" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text(encoding="utf-8", errors="replace"))
            time.sleep(0.1)

    def stop(self, process=None):
        """End a node, or all of them, with all of their processes."""
        for node in [process] if process else reversed(self.nodes):
            node.send_signal(signal.SIGTERM)
            try:
                node.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(node.pid, signal.SIGKILL)
                node.wait(20)

    def actors(self):
        """The processes of actors of goldspan in this cluster."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                is_actor = b"ShardActor" in (process / "cmdline").read_bytes()
                if is_actor and os.fsencode(f"TMPDIR={self.folder}/") in (process / "environ").read_bytes():
                    found.append(int(process.name))
        return sorted(found)

    @property
    def homes(self):
        """The temporary folder of each node, in which nothing of ours may stay."""
        return sorted(self.folder.glob("home*"))
