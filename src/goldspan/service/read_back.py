"""Reading back from Doccano, in the background, what became of the suggestions: never inside a request."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

from goldspan.errors import GoldspanError

if TYPE_CHECKING:
    from goldspan.service.rejections import RejectionLedger

logger = logging.getLogger(__name__)

EVERY = 5.0  # seconds between two readings; one with nothing to look at asks nobody
SLOWEST = 600.0  # seconds between two, where the server does not answer


class ReadBack(Protocol):
    """What asks Doccano which of the spans that were offered annotators rejected, and adds these to the ledger."""

    def __call__(self, ledger: RejectionLedger) -> int:
        """Read once; returns how many rejections were new.

        Raises:
            GoldspanError: if the server gives no answer, or one that is not understood; it is called again later.
        """


class ReadBackThread:
    """Calls a read-back again and again until it is stopped, and once more then.

    After a failure it waits twice as long as before, up to `SLOWEST`; the reason is logged once, not at each try.

    Args:
        read_back: what reads.
        ledger: where it adds what it finds.
        every: seconds between two readings.
    """

    def __init__(self, read_back: ReadBack, ledger: RejectionLedger, every: float = EVERY) -> None:
        self._read_back = read_back
        self._ledger = ledger
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="read-back", daemon=True)
        self._failure = ""
        self.rejections = 0

    def start(self) -> None:
        """Begin reading; the first time at once."""
        self._thread.start()

    def stop(self, wait: float = 5.0) -> None:
        """End it, at the latest after so many seconds: a reading that is under way then is left to itself."""
        self._stopping.set()
        self._thread.join(wait)

    def _run(self) -> None:
        pause = self._every
        while True:
            pause = self._every if self._read_once() else min(2 * pause, max(SLOWEST, self._every))
            if self._stopping.is_set():
                return
            self._stopping.wait(pause)

    def _read_once(self) -> bool:
        """Read once; returns whether it went well."""
        try:
            self.rejections += self._read_back(self._ledger)
        except (GoldspanError, OSError) as error:
            failure = " ".join(str(error).split())
        except Exception as error:  # noqa: BLE001  (whatever it is, the service goes on)
            failure = f"{type(error).__name__}: {error}"
        else:
            if self._failure:
                logger.info("what annotators rejected is read back again")
            self._failure = ""
            return True
        if failure != self._failure:
            logger.warning("what annotators rejected could not be read back: %s", failure)
        self._failure = failure
        return False
