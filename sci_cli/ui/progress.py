"""A progress bar on standard error for work that takes more than a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from sci_cli.ui.look import Look

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 1.0  # seconds before anything is drawn


@contextmanager
def bar(
    stream: TextIO, look: Look, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None] | None]:
    """Gives a function to call with what is done and what there is; draws only for people who wait.

    None on a stream that is no terminal, in the plain form and when only the essential is wanted: nothing
    moving is written there.
    """
    if look.plain or look.quiet or not stream.isatty():
        yield None
        return
    drawn = _Drawn(stream, look, clock)
    try:
        yield drawn.advance
    finally:
        drawn.stop()


class _Drawn:
    """The bar, which begins when the patience is over and leaves nothing on the screen."""

    def __init__(self, stream: TextIO, look: Look, clock: Callable[[], float]) -> None:
        self._stream, self._look, self._clock = stream, look, clock
        self._begun = clock()
        self._bar: tuple[Progress, TaskID] | None = None

    def advance(self, done: int, total: int) -> None:
        """Shows how far the work is."""
        if self._bar is None:
            if self._clock() - self._begun < PATIENCE or done >= total:
                return
            self._bar = self._start(total)
        progress, task = self._bar
        progress.update(task, completed=done)

    def _start(self, total: int) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        console = Console(
            file=self._stream,
            width=self._look.width,
            color_system="standard" if self._look.color else None,
            force_terminal=True,
            markup=False,
            emoji=False,
            highlight=False,
        )
        columns = (TextColumn("Reading"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        progress = Progress(*columns, console=console, transient=True)
        progress.start()
        return progress, progress.add_task("", total=total)

    def stop(self) -> None:
        """Takes the bar off the screen."""
        if self._bar is not None:
            self._bar[0].stop()
