"""A Doccano to talk to: the only module that imports `doccano_client`.

Of that library the login and the session are taken; the session is replaced by the strict one of `transport` before
anything is sent. Its calls themselves check nothing and cannot say all that a project needs, so `administration`,
`contents` and `transfers` say each of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin

from doccano_client import DoccanoClient

from goldspan.doccano import answers, complaints, download, transport
from goldspan.doccano.administration import Administration
from goldspan.doccano.transfers import Transfers
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from requests import Response

    from goldspan.doccano.account import Account

TIMEOUT = (10.0, 120.0)
PATIENCE = 60.0
PAUSE = 0.2


class _Client(DoccanoClient):  # type: ignore[misc]  # the library has no types
    """The library's client in a strict session; it never learns the password, which would stay in its frames."""

    def __init__(self, account: Account, timeout: transport.Timeout, pause: float) -> None:
        self.account = account
        self.strictness = (timeout, pause, lambda: [account.password])
        super().__init__(account.url, account.username, "")

    def _login(self, username: str, password: str) -> None:  # noqa: ARG002  (the library's signature)
        self.session = transport.Session(self.baseurl, *self.strictness)
        self.log_in()

    def log_in(self) -> None:
        """Begin a session of the server's.

        Raises:
            ServerError: if user name or password are refused, or no session is given.
        """
        self.session.cookies.clear()
        failed: ServerError | None = None
        try:
            self._post_login()
        except complaints.Refusal as error:
            failed = _login_refused(error, self.account)
        except ServerError as error:
            failed = error
        if failed is None and not self.session.cookies:
            failed = _no_session(self.account)
        if failed is not None:
            raise failed.with_traceback(None)  # which went through frames that hold the password

    def _post_login(self) -> None:
        form = {"username": self.account.username, "password": self.account.password}
        self.session.post(urljoin(self.baseurl, "v1/auth/login/"), data=form)


class Doccano(Administration, Transfers):
    """A server, logged in to: `with Doccano(account) as server`.

    Args:
        account: where, and as whom.
        timeout: seconds to wait for a connection, and for each piece of an answer.
        patience: seconds without news after which a task is given up.
        pause: the first pause before a repetition, in seconds.

    Raises:
        ServerError: from here and from every method, if the server does not answer as it should.
    """

    def __init__(
        self,
        account: Account,
        *,
        timeout: transport.Timeout = TIMEOUT,
        patience: float = PATIENCE,
        pause: float = PAUSE,
    ) -> None:
        self.url = account.url
        self.patience = patience
        self._username = account.username
        self._client = _Client(account, timeout, pause)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Doccano {self.url} as {self._username}>"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.session.close()

    def probe(self, path: str, **params: str) -> tuple[int, Any]:
        """The status and the answer to a GET, whatever they are: the JSON value, or else the words, shortened."""
        accept = {"Accept": f"{transport.JSON}, */*"}
        return download.probe(lambda: self._call("GET", path, params=params, headers=accept))

    def _call(self, method: str, path: str, **options: Any) -> Response:  # noqa: ANN401  (as requests has it)
        """The checked answer; a session that ran out, which means that nothing was done, is begun anew once."""
        url = urljoin(self._client.baseurl, path)
        try:
            answer: Response = self._client.session.request(method, url, **options)
        except complaints.Refusal as error:
            if not error.unauthenticated:
                raise
        else:
            return answer
        self._client.log_in()
        again: Response = self._client.session.request(method, url, **options)
        return again


def _login_refused(error: complaints.Refusal, account: Account) -> ServerError:
    if error.status not in {400, 401, 403}:
        return error
    return ServerError(
        f"user name or password refused by {account.url}" + (f": {error.said}" if error.said else ""),
        remedy="Look at DOCCANO_USERNAME and DOCCANO_PASSWORD, or at what `goldspan doccano status` says.",
    )


def _no_session(account: Account) -> ServerError:
    return ServerError(f"{account.url} took the login but gave no session", remedy=answers.REMEDY)
