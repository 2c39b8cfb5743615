"""What is asked of the Hub, through huggingface_hub, and how.

Every request has a time-out. Certificates are verified by the authorities that all clients of goldspan trust. The token
is sent to no other host than the Hub. Whatever goes wrong is a `HubError`.

Large files go by the protocol of Git LFS over plain HTTP, also where hf_xet is installed: one library, one way through
proxies and to the authorities, and one place where errors are understood. The Hub takes both.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, partial
from logging import CRITICAL
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from goldspan import files
from goldspan.errors import InputError
from goldspan.hub.hub_errors import PAGE, HubError, hub_error, secrets, status_error
from goldspan.version import __version__
from goldspan.web import tls
from goldspan.web.addresses import is_loopback
from goldspan.web.server_words import scrub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    from goldspan.hub.account import HubAccount
    from goldspan.hub.folder import HubFile

T = TypeVar("T")
BRANCH = "main"
KIND = "dataset"
SECONDS = 60.0  # to wait for a connection, and for each piece of an answer
MOST_AT_ONCE = 5  # files that are sent at the same time
TELEMETRY = "HF_HUB_DISABLE_TELEMETRY"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a dataset on the Hub.

    Args:
        size: bytes.
        blob_id: of git, in hexadecimal; of a large file that of its pointer.
        sha256: of the content of a large file, in hexadecimal; None for a file that git itself holds.
    """

    size: int
    blob_id: str
    sha256: str | None = None

    def equals(self, file: HubFile) -> bool:
        """Whether its content is that of a file here, by the digest that the Hub has of it."""
        return self.blob_id == file.blob_id if self.sha256 is None else self.sha256 == file.sha256


@dataclass(frozen=True, slots=True)
class HubSnapshot:
    """A dataset on the Hub at a moment.

    Args:
        commit: the last one of its branch `main`.
        files: by their paths.
        tags: the commit of each, by their names.
        branches: their names.
        is_private: whether only its owner and who is allowed to can see it.
    """

    commit: str
    files: Mapping[str, StoredFile] = field(default_factory=lambda: MappingProxyType({}))
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    branches: frozenset[str] = frozenset()
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class HubOwner:
    """Whose token it is.

    Args:
        name: of the user.
        organisations: that the user belongs to.
        may_write: False if the token says of itself that it only reads.
    """

    name: str
    organisations: frozenset[str]
    may_write: bool = True


class HubClient(contextlib.AbstractContextManager["HubClient"]):
    """The Hub, while a block lasts.

    Args:
        account: the address and the token.
        seconds: to wait for a connection, and for each piece of an answer.

    Raises:
        InputError: if the environment names authorities for TLS, and there are none.
    """

    def __init__(self, account: HubAccount, seconds: float = SECONDS) -> None:
        os.environ.setdefault(TELEMETRY, "1")  # before the import that reads it
        from huggingface_hub import HfApi

        self.account = account
        self.notes: list[str] = []
        self._seconds = seconds
        self._authorities = tls.authorities() if account.endpoint.startswith("https:") else None
        self._api: HfApi = HfApi(
            endpoint=account.endpoint,
            token=account.token or False,
            library_name="goldspan",
            library_version=__version__,
        )
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Have huggingface_hub ask as is wanted here: with time-outs, our authorities, and without a word."""
        from huggingface_hub import close_session, set_client_factory
        from huggingface_hub.utils import logging
        from huggingface_hub.utils._http import default_client_factory
        from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

        before = logging.get_verbosity()
        logging.set_verbosity(CRITICAL)  # its warnings hold addresses that are good for an upload
        self._stack.callback(logging.set_verbosity, before)
        if not are_progress_bars_disabled():
            disable_progress_bars()
            self._stack.callback(enable_progress_bars)
        kind, hooks = _http_library()

        def make_client() -> Any:  # noqa: ANN401  (of one of two libraries)
            return kind(
                event_hooks={"request": [*hooks, self._on_request], "response": [self._on_response]},
                follow_redirects=True,
                timeout=self._seconds,
                trust_env=not is_loopback(self.account.endpoint),  # a proxy has nothing to do with this machine
                verify=self._authorities.context if self._authorities else True,
            )

        set_client_factory(make_client)
        self._stack.callback(set_client_factory, default_client_factory)
        self._stack.callback(close_session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave huggingface_hub as it was."""
        self._stack.close()

    def read(self, repository: str) -> HubSnapshot | None:
        """The dataset as it is now; None if there is none that this account can see.

        Raises:
            HubError: for any answer that is no good one.
        """
        try:
            info = self._ask("look the dataset up", lambda: self._api.dataset_info(repository))
        except HubError as error:
            if error.reason == "RepoNotFound" or (error.status == 401 and self.account.token is None):
                return None
            raise
        if info.id != repository:
            raise HubError(
                f"{self.account.endpoint}: the dataset {repository} is called {scrub(str(info.id), self._secrets)} now",
                remedy="Name it as it is called now.",
            )
        if info.disabled:
            raise HubError(f"{self.account.endpoint}: the Hub has disabled {repository}", remedy="Ask its support why.")
        if not info.sha:
            raise HubError(
                f"{self.account.endpoint}: {repository} has no commit to build on",
                remedy="Make the first one on its page: add a README.md.",
            )
        refs = self._ask("list the tags", lambda: self._api.list_repo_refs(repository, repo_type=KIND))
        return HubSnapshot(
            info.sha,
            MappingProxyType(self.files(repository, info.sha)),
            MappingProxyType({tag.name: tag.target_commit for tag in refs.tags}),
            frozenset(branch.name for branch in refs.branches),
            bool(info.private),
        )

    def files(self, repository: str, commit: str) -> dict[str, StoredFile]:
        """The files of a commit, by their paths.

        Raises:
            HubError: for any answer that is no good one.
        """
        from huggingface_hub.hf_api import RepoFile

        def listed() -> list[Any]:
            tree = self._api.list_repo_tree(repository, recursive=True, revision=commit, repo_type=KIND)
            return [entry for entry in tree if isinstance(entry, RepoFile)]

        return {
            entry.path: StoredFile(entry.size, entry.blob_id, entry.lfs.sha256 if entry.lfs else None)
            for entry in self._ask("list the files", listed)
        }

    def owner(self) -> HubOwner:
        """Whose token it is.

        Raises:
            HubError: for any answer that is no good one; if the token is not accepted.
        """

        def asked() -> HubOwner:
            answer = self._api.whoami()
            organisations = frozenset(str(each["name"]) for each in answer.get("orgs") or ())
            role = ((answer.get("auth") or {}).get("accessToken") or {}).get("role")
            return HubOwner(str(answer["name"]), organisations, role != "read")

        return self._ask("ask whose token it is", asked)

    def create(self, repository: str, *, private: bool) -> None:
        """Make a dataset that is not there.

        Raises:
            HubError: for any answer that is no good one; if somebody else has made it meanwhile.
        """
        self._ask(
            f"create the dataset {repository}",
            lambda: self._api.create_repo(repository, repo_type=KIND, private=private, exist_ok=False),
            changes=True,
        )

    def commit(
        self, repository: str, parent: str, sent: Sequence[HubFile], deleted: Sequence[str], message: str
    ) -> str:
        """Make one commit on top of another; returns its id.

        Args:
            repository: the dataset.
            parent: the last commit of `main`; if that is another one by then, the Hub refuses.
            sent: the files to add or change.
            deleted: the paths of those to delete.
            message: of the commit.

        Raises:
            InputError: if a file has changed since it was read.
            HubError: for any answer that is no good one.
        """
        from huggingface_hub import CommitOperationDelete

        with contextlib.ExitStack() as stack:
            additions = [self._addition(stack, file) for file in sent]
            for part in _rounds(additions):
                self._ask("send the files", partial(self._upload, repository, part))
            operations: list[CommitOperationAdd | CommitOperationDelete] = [
                *additions,
                *(CommitOperationDelete(path, is_folder=False) for path in deleted),
            ]
            done = self._ask(
                "make the commit",
                lambda: self._api.create_commit(
                    repository,
                    operations,
                    commit_message=message,
                    repo_type=KIND,
                    parent_commit=parent,
                    num_threads=MOST_AT_ONCE,
                ),
                changes=True,
            )
        return str(done.oid)

    def _upload(self, repository: str, additions: list[CommitOperationAdd]) -> None:
        """Send those of the files that are large, unless the Hub has them."""
        self._api.preupload_lfs_files(
            repository,
            additions,
            repo_type=KIND,
            num_threads=MOST_AT_ONCE,
            free_memory=False,
            gitignore_content="",  # one on the Hub would have files left out without a word
        )

    def tag(self, repository: str, tag: str, commit: str) -> None:
        """Set a tag that is not there.

        Raises:
            HubError: for any answer that is no good one; if there is such a tag by now.
        """
        self._ask(
            f"set the tag {tag}",
            lambda: self._api.create_tag(repository, tag=tag, revision=commit, repo_type=KIND, exist_ok=False),
            changes=True,
        )

    def tags(self, repository: str) -> dict[str, str]:
        """The commit of each tag, by their names.

        Raises:
            HubError: for any answer that is no good one.
        """
        refs = self._ask("list the tags", lambda: self._api.list_repo_refs(repository, repo_type=KIND))
        return {tag.name: tag.target_commit for tag in refs.tags}

    @property
    def _secrets(self) -> list[str]:
        return secrets(self.account)

    def _addition(self, stack: contextlib.ExitStack, file: HubFile) -> CommitOperationAdd:
        """A file to be sent, opened: of an open file huggingface_hub sends the bytes by plain HTTP."""
        from huggingface_hub import CommitOperationAdd

        stream = stack.enter_context(files.opened(file.source))
        addition = CommitOperationAdd(path_in_repo=file.path, path_or_fileobj=stream)
        if addition.upload_info.sha256.hex() != file.sha256:
            raise _changed(file.source)
        return addition

    def _ask(self, doing: str, ask: Callable[[], T], *, changes: bool = False) -> T:
        """What a call of huggingface_hub returns, or one error of ours in the place of all of theirs.

        Args:
            doing: what is asked for, for a message.
            ask: the call.
            changes: whether it changes the dataset: if its answer is lost, the Hub may have done it or not.
        """
        with self._collected_warnings():
            try:
                return ask()
            except Exception as error:  # noqa: BLE001  (whatever the libraries raise)
                source = self._authorities.source if self._authorities else ""
                failure = hub_error(error, doing, self.account, authorities=source, seconds=self._seconds)
        if isinstance(failure, HubError):
            failure.may_be_done = changes and not failure.is_refusal
        raise failure from None  # out here: the libraries' errors would be its context, and may hold the token

    @contextlib.contextmanager
    def _collected_warnings(self) -> Iterator[None]:
        """Make notes of what the Hub warns of, such as of a key of the card that it does not know."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")  # those of the libraries about each other are nobody's business here
            yield
        for warning in caught:
            if issubclass(warning.category, UserWarning):
                note = " ".join(scrub(str(warning.message), self._secrets).split())
                if note not in self.notes:
                    self.notes.append(note)

    def _on_request(self, request: Any) -> None:  # noqa: ANN401  (of one of two libraries)
        """Send the token to the Hub alone, wherever it says that something else is, and wait for no answer for ever.

        huggingface_hub asks for some things without a time-out, whatever its client has.
        """
        limits = request.extensions.get("timeout") or {}
        request.extensions["timeout"] = {
            step: limits.get(step) or self._seconds for step in ("connect", "read", "write", "pool")
        }
        if _origin(str(request.url)) != _origin(self.account.endpoint):
            request.headers.pop("Authorization", None)

    def _on_response(self, response: Any) -> None:  # noqa: ANN401  (of one of two libraries)
        """Refuse what huggingface_hub would wait for without end, or take for an answer of the Hub.

        Raises:
            HubError: for too many requests, for a dataset that cannot be created now, and for a page in the place of an
                answer.
        """
        place = f"{self.account.endpoint}: {response.request.method} {response.request.url.path}"
        if response.status_code == 429 or (response.status_code == 409 and place.endswith("/repos/create")):
            raise status_error(response, place, self.account)
        is_page = "html" in response.headers.get("Content-Type", "").lower()
        if is_page and response.is_success and "/api/" in str(response.request.url.path):
            raise HubError(f"{place}: a page came in the place of an answer", remedy=PAGE)


@cache
def _http_library() -> tuple[Any, tuple[Any, ...]]:
    """The class of the clients of huggingface_hub, and what it does with each request: versions differ in both."""
    from huggingface_hub.utils._http import default_client_factory

    with default_client_factory() as client:
        return type(client), tuple(client.event_hooks["request"])


def _rounds(additions: Sequence[CommitOperationAdd]) -> list[list[CommitOperationAdd]]:
    """The files in lists without two of the same content: huggingface_hub would read one of them for both, at once."""
    found: list[list[CommitOperationAdd]] = []
    seen: Counter[bytes] = Counter()
    for addition in additions:
        place = seen[addition.upload_info.sha256]
        seen[addition.upload_info.sha256] += 1
        if place == len(found):
            found.append([])
        found[place].append(addition)
    return found


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _changed(path: Path) -> InputError:
    return InputError("has changed since it was read", file=path, remedy="Run the command again.")
