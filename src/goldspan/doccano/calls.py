"""How everything is asked of a server: what the parts of `client.Doccano` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan.doccano import transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import Response


class Calls:
    """Answers that are checked, as JSON."""

    patience: float

    def _call(self, method: str, path: str, **options: Any) -> Response:  # noqa: ANN401  (as requests has it)
        raise NotImplementedError

    def _get(self, path: str, **params: str | int) -> Any:  # noqa: ANN401  (JSON is any)
        return transport.json(self._call("GET", path, params=params), f"GET {path}")

    def _send(self, method: str, path: str, said: object = None) -> Any:  # noqa: ANN401  (JSON is any)
        return transport.json(self._call(method, path, json=said), f"{method} {path}")

    def _pages(self, path: str, **params: str) -> Callable[[int, int], object]:
        return lambda limit, offset: self._get(path, **params, limit=limit, offset=offset)
