"""Ctrl-C, hang-up and termination wait while a change is being written, so that their message can be true."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_WAITING = tuple(
    number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None
)


class Signals:
    """SIGINT, SIGTERM and SIGHUP, which act as usual until they are held and again once they are released.

    Handlers are exchanged instead of masking the signals: a mask holds for one thread only, so the system
    would hand the signal to another one, and Windows has no mask. Outside the main thread nothing needs to
    be done, since handlers run in the main thread alone.
    """

    def __init__(self) -> None:
        self._arrived: list[int] = []
        self._before: dict[int, Any] = {}

    def hold(self) -> None:
        """From now on they are noted and do not act."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _WAITING:
            # None: a handler that was not installed from Python and could not be put back.
            if (handler := signal.getsignal(number)) is not None:
                self._before.setdefault(number, handler)
                signal.signal(number, self._note)

    def release(self) -> None:
        """From now on they act again; those that were noted wait for `deliver`."""
        if not self._before:
            return
        try:
            signal.signal(*self._before.popitem())
        finally:
            # A handler just put back may raise at once; the others are put back all the same.
            self.release()

    def deliver(self) -> None:
        """Lets those that were noted act: raises what their handlers raise, or ends the program."""
        while self._arrived:
            signal.raise_signal(self._arrived.pop(0))

    def _note(self, number: int, _frame: object) -> None:
        if number not in self._arrived:
            self._arrived.append(number)


@contextmanager
def signals() -> Iterator[Signals]:
    """The signals, to be held for a part of the block; released at its end."""
    here = Signals()
    try:
        yield here
    finally:
        here.release()
