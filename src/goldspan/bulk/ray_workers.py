"""Workers on a cluster of Ray: actors, each with loaded recognisers. One that is lost costs its shard alone.

An actor is asked again and again to work on for a while, and answers with how far it is: so an answer is small, it
takes the same way through Ray's client (`ray://`), and an actor that does not answer in time is ended.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.bulk.article_suggestions import SLOWEST_START, STALL
from goldspan.bulk.project_snapshot import ProjectSnapshot
from goldspan.bulk.ray_connection import GONE_REMEDY, connected
from goldspan.bulk.shard_suggestions import ShardFailure, ShardProgress, files_of
from goldspan.bulk.workers import WorkerLost
from goldspan.errors import GoldspanError, InputError, NotFoundError, ServerError
from goldspan.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from goldspan.bulk.locations import Location
    from goldspan.bulk.ray_node import StepResult
    from goldspan.bulk.recipe import BulkRecipe
    from goldspan.bulk.shard_suggestions import ShardEvent, ShardTask

STEP = 0.25  # seconds after which an actor tells how far it is
STEPS = 200  # answers in a second of all actors at most, about
ANSWER = 20.0  # seconds for an actor to say when it was last heard of
LEAVE = 3.0  # seconds for actors to clean up at the end
SETTLE = 10.0  # seconds until a network file system shows what another node wrote
FIRST_NOTE = 10.0  # seconds without a CPU after which that is said
MOST_STARTS = 5  # of actors one after the other that end before they have loaded the recognisers
SAME_VERSION = "Install goldspan {version} on all nodes, into the Python with which `ray start` was run."
MEMORY_REMEDY = "There may be too little memory on the nodes: take fewer --workers, or a smaller model."
LOOK = 5.0  # seconds between two looks whether the cluster is there


@dataclass
class _Actor:
    """An actor, what it was asked last, and what it works on."""

    handle: Any
    asked: Any
    is_placed: bool = False  # it has a CPU, and says which versions it has
    is_loaded: bool = False
    node: str = ""
    node_id: str = ""
    task: ShardTask | None = None
    deadline: float | None = None


class RayWorkers:
    """Actors of a cluster with loaded recognisers; those that are lost are replaced.

    Args:
        recipe: with what.
        address: of the cluster: `auto`, `host:port` or `ray://host:port`.
        size: how many actors there are; as many as the cluster has CPUs if None.
        stall: seconds without any progress after which an actor is ended.
        on_wait: called with a sentence when actors wait for CPUs.

    Raises:
        InvalidValueError, NotFoundError, ServerError: if the cluster cannot be reached.
        InputError, NotFoundError: as the recognisers give it; if a node has other versions or other files.
        GoldspanError: if actors end before they have loaded the recognisers.
    """

    def __init__(
        self,
        recipe: BulkRecipe,
        address: str,
        size: int | None = None,
        stall: float = STALL,
        on_wait: Callable[[str], object] = lambda _: None,
    ) -> None:
        from goldspan.bulk.ray_node import ClusterRecipe

        self._stall = stall
        self._on_wait = on_wait
        self._stack = contextlib.ExitStack()
        self._actors: list[_Actor] = []
        self._nodes: set[str] = set()  # on which there were actors
        self._waiting: deque[ShardTask] = deque()
        self._events: deque[ShardEvent | WorkerLost] = deque()
        self._failed_starts = 0
        self._token = secrets.token_hex(16)
        self._output: Location | None = None
        self._note_at: float | None = time.monotonic() + FIRST_NOTE
        self._look_at = time.monotonic() + LOOK
        snapshot = ProjectSnapshot.of(recipe.suggester)
        self._cluster = self._stack.enter_context(connected(address))
        self._ray = self._cluster.ray
        try:
            digest = hashlib.sha256()
            self._pieces = [self._put(piece, digest) for piece in snapshot.pieces()]
            self._recipe = ClusterRecipe(recipe=recipe, snapshot=digest.hexdigest(), environment=snapshot.environment)
            self._kind = self._ray.remote(num_cpus=1, max_restarts=0, max_concurrency=2)(_actor_class())
            self.size = size or self._cluster.processors
            self._seconds = max(STEP, self.size / STEPS)
            self._actors += [self._start() for _ in range(self.size)]
            while not any(actor.is_loaded for actor in self._actors):
                self._wait()
        except BaseException:
            self.close()
            raise

    def submit(self, task: ShardTask) -> None:
        """Give a shard to an actor that has none, now or once one has loaded the recognisers."""
        if self._output is None and not task.output.is_address:
            self._output = task.output
            self._write_token(task.output)
        self._waiting.append(task)
        self._give_out()

    def next_event(self) -> ShardEvent | WorkerLost:
        """What happens next; waits for it.

        Raises:
            InputError: if a node does not see the input, or writes to another disk.
            GoldspanError: if actors end again and again before they have loaded the recognisers.
            ServerError: if the cluster is gone.
        """
        while not self._events:
            self._wait()
        return self._events.popleft()

    def close(self) -> None:
        """End all actors at once."""
        actors, self._actors = self._actors, []
        if self._cluster.is_gone:
            self._stack.close()
            return
        idle = [one for one in actors if one.is_loaded and one.task is None]
        try:
            with contextlib.suppress(Exception):  # whatever it is, they are ended
                # First those that cannot clean up, so that the others find that nobody uses the project any more.
                ended = self._kill([one for one in actors if one not in idle])
                self._wait_for_all([one.asked for one in ended])
                leaving = [one.handle.leave.remote() for one in idle]
                self._wait_for_all([*leaving, *map(self._clean, self._nodes - {one.node_id for one in idle})])
        finally:
            self._kill(idle)
            self._stack.close()

    def _clean(self, node: str) -> Any:  # noqa: ANN401  (of a library without types)
        """Have a node, none of whose actors is left, remove what they left there."""
        place = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        return self._ray.remote(num_cpus=0, max_retries=0)(_clean_node).options(scheduling_strategy=place).remote()

    def _kill(self, actors: list[_Actor]) -> list[_Actor]:
        for actor in actors:
            with contextlib.suppress(Exception):
                self._ray.kill(actor.handle)
        return actors

    def _wait_for_all(self, answers: list[Any]) -> None:
        if answers:
            self._ray.wait(answers, num_returns=len(answers), timeout=LEAVE)

    def _put(self, piece: bytes, digest: Any) -> Any:  # noqa: ANN401  (of libraries without types)
        digest.update(piece)
        return self._ray.put(piece)

    def _write_token(self, output: Location) -> None:
        from goldspan.bulk.ray_node import TOKEN

        path = output.path / TOKEN
        path.write_text(self._token, encoding="utf-8", newline="\n")
        self._stack.callback(path.unlink, missing_ok=True)

    def _start(self) -> _Actor:
        handle = self._kind.remote()
        return _Actor(handle, handle.versions.remote())

    def _give_out(self) -> None:
        for actor in self._actors:
            if self._waiting and actor.is_loaded and actor.task is None:
                actor.task = self._waiting.popleft()
                self._ask(actor, actor.task)

    def _ask(self, actor: _Actor, task: ShardTask | None = None) -> None:
        """Have an actor begin with a shard, or go on with its own."""
        assert actor.task is not None
        actor.asked = actor.handle.step.remote(task, self._token, self._seconds)
        # One that suggests with care starts a process, which loads the recognisers again.
        actor.deadline = time.monotonic() + self._stall + actor.task.careful * (self._stall + SLOWEST_START)

    def _wait(self) -> None:
        """Receive what actors answer, and end those that are late."""
        now = time.monotonic()
        asked = {actor.asked: actor for actor in self._actors if actor.asked is not None}
        times = [*(actor.deadline for actor in self._actors), self._note_at]
        limit = max(0.0, min(at for at in [*times, self._look_at] if at is not None) - now)
        ready, _ = self._ray.wait(list(asked), num_returns=1, timeout=limit)
        if ready:
            ready, _ = self._ray.wait(list(asked), num_returns=len(asked), timeout=0)
        for one in ready:
            self._receive(asked[one])
        now = time.monotonic()
        for actor in [one for one in self._actors if one.deadline is not None and one.deadline <= now]:
            self._end_if_silent(actor)
        if self._note_at is not None and now >= self._note_at:
            self._note_waiting()
        if now >= self._look_at:
            self._cluster.require_cluster()
            self._look_at = now + LOOK
        self._give_out()

    def _note_waiting(self) -> None:
        placed = sum(actor.is_placed for actor in self._actors)
        self._note_at = None
        if placed < self.size:
            self._on_wait(self._cluster.waiting_note(self.size, placed))

    def _receive(self, actor: _Actor) -> None:
        try:
            answer = self._ray.get(actor.asked)
        except self._ray.exceptions.RayTaskError as error:
            raise self._unexpected(actor, error) from None
        except self._ray.exceptions.LocalRayletDiedError:
            raise ServerError("the connection to the cluster is lost", remedy=GONE_REMEDY) from None
        except self._ray.exceptions.RayError as error:
            self._replace(actor, _reason(error, actor.node))
            return
        if not actor.is_placed:
            self._place(actor, answer)
        elif not actor.is_loaded:
            self._begin(actor, answer)
        else:
            self._take(actor, answer)

    def _place(self, actor: _Actor, answer: dict[str, Any]) -> None:
        """Have an actor that has a CPU load the recognisers."""
        actor.node, actor.is_placed = str(answer["node"]), True
        if answer["goldspan"] != __version__:
            has = f"has goldspan {answer['goldspan']}" if answer["goldspan"] else f"has no goldspan: {answer['reason']}"
            raise NotFoundError(
                f"the node {actor.node} {has}; {__version__} is needed",
                remedy=SAME_VERSION.format(version=__version__),
            )
        actor.node_id = str(answer["node_id"])
        self._nodes.add(actor.node_id)
        actor.asked = actor.handle.load.remote(self._recipe, self._pieces)
        actor.deadline = time.monotonic() + max(self._stall, SLOWEST_START)

    def _begin(self, actor: _Actor, refusal: dict[str, Any] | None) -> None:
        if refusal is not None:
            message = f"on the node {actor.node}: {refusal.pop('message')}"
            raise InputError(message, **refusal)
        actor.is_loaded, actor.asked, actor.deadline = True, None, None
        self._failed_starts = 0

    def _take(self, actor: _Actor, answer: StepResult) -> None:
        assert actor.task is not None
        task = actor.task
        if answer.unseen is not None:
            self._refuse_unseen(actor, task, answer.unseen)
        ended = bool(answer.events) and not isinstance(answer.events[-1], ShardProgress)
        if answer.output_size is not None:
            self._require_output(actor, task, answer.output_size)
        self._events += answer.events
        if ended or answer.unseen is not None:
            actor.task, actor.asked, actor.deadline = None, None, None
        else:
            self._ask(actor)

    def _refuse_unseen(self, actor: _Actor, task: ShardTask, unseen: str) -> None:
        from goldspan.bulk.ray_node import STORAGE_REMEDY

        if unseen != str(task.output) and not task.shard.location.exists():
            self._events.append(ShardFailure(task.shard.name, "there is no such file any more", is_kept=True))
            return
        raise InputError(f"the node {actor.node} does not see it", file=unseen, remedy=STORAGE_REMEDY)

    def _require_output(self, actor: _Actor, task: ShardTask, size: int) -> None:
        from goldspan.bulk.ray_node import STORAGE_REMEDY

        written, _ = files_of(task.shard.name, task.output)
        until = time.monotonic() + SETTLE
        while not written.exists() or written.size() != size:
            if time.monotonic() >= until:
                raise InputError(
                    f"was written on the node {actor.node}, and is not here", file=str(written), remedy=STORAGE_REMEDY
                )
            time.sleep(STEP)

    def _end_if_silent(self, actor: _Actor) -> None:
        """End an actor, unless it was heard of: between two answers there may be many attempts at single articles."""
        if actor.task is not None and actor.task.careful:
            asked = actor.handle.silence.remote()
            with contextlib.suppress(self._ray.exceptions.RayError):
                silence = self._ray.get(asked, timeout=ANSWER)
                if silence < self._stall:
                    actor.deadline = time.monotonic() + self._stall - silence
                    return
        self._ray.kill(actor.handle)
        self._replace(actor, f"it did not go on for {self._stall:g} s on the node {actor.node}")

    def _replace(self, actor: _Actor, reason: str) -> None:
        """Make another actor in the place of one that is lost."""
        if not actor.is_loaded:
            self._failed_starts += 1
            if self._failed_starts == MOST_STARTS:
                raise GoldspanError(f"no worker can load the recognisers: {reason}", remedy=MEMORY_REMEDY)
        self._actors[self._actors.index(actor)] = self._start()
        self._note_at = time.monotonic() + FIRST_NOTE
        if actor.task is not None:
            self._events.append(WorkerLost(actor.task.shard.name, reason))

    def _unexpected(self, actor: _Actor, error: Exception) -> GoldspanError:
        cause = getattr(error, "cause", None) or error
        said = " ".join(f"{type(cause).__name__}: {cause}".split())[:300]
        where = f"the node {actor.node}" if actor.node else "a node"
        return GoldspanError(f"{where} cannot do its part: {said}", remedy=SAME_VERSION.format(version=__version__))


def _reason(error: Exception, node: str) -> str:
    """Why an actor was lost, as a clause."""
    said = " ".join(str(error).split())
    place = f" on the node {node}" if node else ""
    if "node has died" in said or "node died" in said or type(error).__name__ == "NodeDiedError":
        return f"its node was lost{f': {node}' if node else ''}"
    if type(error).__name__ == "OutOfMemoryError" or "running low on memory" in said:
        return f"it was ended{place}, which ran out of memory"
    return f"its process ended{place}"


def _clean_node() -> None:
    """On a node, remove what workers have left."""
    from goldspan.bulk.ray_node import remove_unused_projects

    remove_unused_projects()


def _actor_class() -> type:
    """The class of the actors, which is sent to the nodes as it is: one without goldspan can say so."""

    class ShardActor:
        def versions(self) -> dict[str, Any]:
            from importlib import import_module

            ray: Any = import_module("ray")
            found: dict[str, Any] = {"node": ray.util.get_node_ip_address(), "goldspan": None, "reason": ""}
            found["node_id"] = ray.get_runtime_context().get_node_id()
            try:
                from goldspan.version import __version__ as version
            except ImportError as error:
                found["reason"] = str(error)
            else:
                found["goldspan"] = version
            return found

        def load(self, recipe: Any, pieces: list[Any]) -> dict[str, Any] | None:  # noqa: ANN401
            import warnings

            import ray

            warnings.simplefilter("ignore")  # of libraries
            from goldspan.bulk.ray_node import NodeWorker
            from goldspan.child_process import error_fields
            from goldspan.errors import GoldspanError as Refusal

            try:
                self._worker = NodeWorker(recipe, lambda: ray.get(pieces))
            except Refusal as error:
                return error_fields(error)
            except Exception as error:  # noqa: BLE001  (what the code of others may raise is not known)
                said = f"{type(error).__name__}: {error}"
                return {"message": f"the recognisers cannot be loaded: {' '.join(said.split())}"}
            return None

        def step(self, task: Any, token: str, seconds: float) -> Any:  # noqa: ANN401
            return self._worker.step(task, token, seconds)

        def silence(self) -> float:
            return self._worker.silence

        def leave(self) -> None:
            self._worker.leave()

    return ShardActor
