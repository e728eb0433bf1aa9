"""Other processes that draw beside this one: begun before there is anything to draw, and given sheets turn by turn."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING

from riverline.plates.working import draw_one

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from multiprocessing.sharedctypes import SynchronizedArray
    from types import TracebackType
    from typing import Self

    from riverline.plates.working import Done, Task

    Turns = SynchronizedArray[int]

__all__ = ["Crew"]

_FRONT, _BACK = 0, 1


class Crew:
    """The calling process and others that draw with it; the others are gone when its block ends.

    A new process needs seconds to load what drawing takes: :meth:`begin` lets it do so while this one still cuts
    sheets. Others take sheets from the front and this one from the back until they meet, so that neither waits for
    more than one sheet of the other.

    Parameters
    ----------
    processes
        How many draw at a time, this one among them.
    """

    def __init__(self, processes: int) -> None:
        self._others = max(processes - 1, 0)
        self._pool: ProcessPoolExecutor | None = None
        context = get_context("spawn")
        self._turns: Turns = context.Array("q", 2)
        self._context = context

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def begin(self) -> None:
        """Start the others, if there are to be any and they have not begun."""
        if self._others and self._pool is None:
            self._pool = ProcessPoolExecutor(self._others, self._context, _join, (self._turns,))
            for _ in range(self._others):
                self._pool.submit(_present)

    def draw(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Draw sheets, each once, whoever comes to it first; of a process that died the sheets are drawn here.

        Parameters
        ----------
        tasks
            The sheets.

        Yields
        ------
        Done
            What became of each, in no order.
        """
        if len(tasks) < 2 or not self._others:  # noqa: PLR2004 - nothing to share
            yield from map(draw_one, tasks)
            return
        self.begin()
        self._turns[:] = [0, len(tasks)]
        futures = [self._asked(turn, task) for turn, task in enumerate(tasks)]
        waiting = dict(enumerate(futures))
        for turn in reversed(range(len(tasks))):
            if not _from_back(self._turns, turn):
                break
            if turn not in waiting:
                # The process that it was for has died, and it was drawn here.
                continue
            future = waiting.pop(turn)
            if future is not None:
                future.cancel()
            yield draw_one(tasks[turn])
            for ready in [at for at, each in waiting.items() if each is not None and each.done()]:
                yield _result(tasks[ready], waiting.pop(ready))
        for turn, future in waiting.items():
            yield _result(tasks[turn], future)

    def _asked(self, turn: int, task: Task) -> Future[Done | None] | None:
        try:
            return None if self._pool is None else self._pool.submit(_draw_in_turn, turn, task)
        except BrokenProcessPool:
            return None


def _result(task: Task, future: Future[Done | None] | None) -> Done:
    """What another process made of a sheet; of one that died the sheet is drawn here."""
    try:
        done = None if future is None else future.result()
    except BrokenProcessPool:
        done = None
    return draw_one(task) if done is None else done


def _from_back(turns: Turns, turn: int) -> bool:
    """Whether a sheet is still to be had, counted from the back; it is then taken."""
    with turns.get_lock():
        free = turn >= turns[_FRONT]
        if free:
            turns[_BACK] = turn
        return free


_joined: list[Turns] = []
"""What a process that draws with another has been given."""


def _join(turns: Turns) -> None:
    """Load what drawing takes, before there is anything to draw."""
    import matplotlib.backends.backend_pdf
    import matplotlib.figure  # noqa: F401

    _joined.append(turns)


def _present() -> None:
    """Nothing: a process is begun by asking it something."""


def _draw_in_turn(turn: int, task: Task) -> Done | None:
    """Draw a sheet that the other end has not come to."""
    turns = _joined[0]
    with turns.get_lock():
        if turn >= turns[_BACK]:
            return None
        turns[_FRONT] = max(turns[_FRONT], turn + 1)
    return draw_one(task)
