"""Whole files to a project and out of it, through the server's task worker."""

from __future__ import annotations

import contextlib
import re
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan.doccano import answers, complaints, download, tasks
from goldspan.doccano.contents import Contents
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PER_EXAMPLE = 0.005
UPLOAD_ID = re.compile(r"[0-9A-Za-z]{22}")
REVERT = {"Content-Type": "text/plain", "Accept": "*/*"}


class Transfers(Contents):
    """Uploads, imports and exports."""

    def upload(self, data: bytes, name: str) -> str:
        """Bring a file to the server, and get the number under which an import takes it."""
        files = {"filepond": (name, data, "application/octet-stream")}
        found = self._call("POST", "v1/fp/process/", files=files, headers={"Accept": "*/*"}).text.strip()
        if not UPLOAD_ID.fullmatch(found):
            raise ServerError(f"the server took the upload of {name} but gave no number for it", remedy=answers.REMEDY)
        return found

    def revert(self, upload: str) -> bool:
        """Take an upload away; an import that has not begun finds nothing. False if it was gone already."""
        try:
            self._call("DELETE", "v1/fp/revert/", data=upload.encode(), headers=REVERT)
        except complaints.Refusal as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def start_import(self, project: int, uploads: Iterable[str]) -> str:
        """Let the task worker import uploads; gives the task."""
        said = {
            "uploadIds": list(uploads),
            "format": "JSONL",
            "task": answers.SEQUENCE_LABELLING,
            "column_data": "text",
            "column_label": "label",
            "delimiter": "",
            "encoding": "utf_8",
        }
        return self._task(self._send("POST", f"v1/projects/{project:d}/upload", said))

    def wait(self, task: str, *, news: Callable[[], object] | None = None, patience: float | None = None) -> list[str]:
        """Wait for an import, and get what it did not take, a line each.

        Args:
            task: as `start_import` gave it.
            news: something that changes while the worker works, e.g. the number of examples; it renews the patience.
            patience: seconds, instead of the server's.

        Raises:
            ServerError: if the task failed, with the worker's words, or does not end.
        """
        limit = self.patience if patience is None else patience
        return tasks.import_errors(tasks.wait(self._status(task), limit, news))

    @contextlib.contextmanager
    def export(self, project: int, *, confirmed: bool) -> Iterator[Path]:
        """The ZIP of an export, in a temporary file that goes when the block ends.

        Args:
            project: its number.
            confirmed: only what each member confirmed.

        Raises:
            ServerError: if the export fails, does not end, or what comes is cut or too large.
        """
        path = f"v1/projects/{project:d}/download"
        task = self._task(self._send("POST", path, {"format": "JSONL", "exportApproved": confirmed}))
        tasks.wait(self._status(task), self.patience + PER_EXAMPLE * self.count(project))
        with tempfile.TemporaryDirectory(prefix="goldspan-") as folder:
            file = Path(folder) / "export.zip"
            with self._call("GET", path, params={"taskId": task}, headers={"Accept": "*/*"}, stream=True) as answer:
                download.save(answer, file)
            yield file

    def _status(self, task: str) -> Callable[[], object]:
        return lambda: self._get(f"v1/tasks/status/{task}")

    @staticmethod
    def _task(data: object) -> str:
        found = answers.get(answers.entry(data, "a task"), "task_id", str)
        if not re.fullmatch(r"[0-9A-Za-z-]{1,191}", found):
            raise ServerError("the server's number of a task is none", remedy=answers.REMEDY)
        return found
