"""The plugin's own code runs on one thread, in order; the socket is owned by another, which never waits for it."""

from __future__ import annotations

import decimal
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import limits
from ._log import fault, note
from .amounts import exact_context
from .messages import body_for


@dataclass(frozen=True)
class Answer:
    """A message that waits to be sent in the session that it belongs to."""

    session: str
    type: str
    body: bytes
    re: str | None = None
    cycle: int | None = None


@dataclass(frozen=True)
class Stop:
    """The process ends with this code when everything before has been sent."""

    code: int


class Outbox:
    """Answers on their way to the thread of the socket. Bounded: whoever is too fast waits."""

    def __init__(self) -> None:
        self._items: deque[Answer | Stop] = deque()
        self._room = threading.Condition()
        self._is_closed = False
        self.descriptor, self._wake = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._wake, False)

    def put(self, item: Answer | Stop) -> None:
        """Waits while the box is full; after ``close`` the item is dropped, nobody is there to send it."""
        with self._room:
            self._room.wait_for(lambda: len(self._items) < limits.OUTBOX or self._is_closed)
            if self._is_closed:
                return
            self._items.append(item)
            try:
                os.write(self._wake, b".")
            except BlockingIOError:
                return  # The pipe is full of wake-ups already.

    def take(self) -> list[Answer | Stop]:
        """Everything that waits, oldest first."""
        with self._room:
            try:
                while os.read(self.descriptor, 4096):
                    continue
            except BlockingIOError:
                pass  # Every wake-up has been read.
            items = list(self._items)
            self._items.clear()
            self._room.notify_all()
            return items

    def close(self) -> None:
        """Nobody waits any more, and nothing is taken."""
        with self._room:
            self._is_closed = True
            self._room.notify_all()
            os.close(self.descriptor)
            os.close(self._wake)


@dataclass(frozen=True)
class Outlet:
    """Where a session's answers go; usable from every thread."""

    outbox: Outbox
    session: str
    #: What the core speaks.
    minor: int = limits.PROTOCOL_MINOR

    def send(self, kind: str, body: Any, *, re: str | None = None, cycle: int | None = None) -> None:
        """``body`` is a dataclass. Raises ``WireError`` for what may not stand on the wire."""
        frame = body_for(kind, body, self.minor)
        if frame is None:
            return note(logging.WARNING, "a core of an earlier minor does not know it: it is not sent", type=kind)
        self.outbox.put(Answer(self.session, kind, frame, re, cycle))


@dataclass
class Call:
    """One piece of work, and the time that it has."""

    what: str
    #: ``time.monotonic()`` at which the answer is too late; None when nobody says.
    deadline: float | None = None
    #: Work that waits for the world by its nature is never taken for stuck.
    may_wait: bool = False
    started: float = 0.0
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


_now = threading.local()


def remaining_seconds() -> float | None:
    """What is left of the time for the present answer, never below 0; None when there is no limit."""
    call: Call | None = getattr(_now, "call", None)
    return None if call is None or call.deadline is None else max(0.0, call.deadline - time.monotonic())


def is_cancelled() -> bool:
    """Whether the answer that is being worked on is of no use any more: a newer question came, time is up, the end is near.

    A policy that computes for long looks at it now and then, and returns at once.
    """
    call: Call | None = getattr(_now, "call", None)
    return call is not None and (call.cancelled.is_set() or call.is_late)


class Worker:
    """One thread, one piece of work after another. A fault ends one piece and nothing else."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[Call, Callable[[], None]]] = deque()
        self._changed = threading.Condition()
        self._running: Call | None = None
        self._is_closed = False
        threading.Thread(target=self._run, name="plugin", daemon=True).start()

    def submit(self, call: Call, job: Callable[[], None], *, supersedes: bool = False) -> bool:
        """False when too much waits. ``supersedes``: of several of this kind only the newest counts."""
        with self._changed:
            if supersedes:
                self._jobs = deque(waiting for waiting in self._jobs if waiting[0].what != call.what)
                if self._running is not None and self._running.what == call.what:
                    self._running.cancelled.set()
            if len(self._jobs) >= limits.INBOX:
                return False
            self._jobs.append((call, job))
            self._changed.notify()
            return True

    def interrupt(self) -> None:
        """Tells the work that waits for the world to come to its end."""
        with self._changed:
            for call in [self._running, *(waiting for waiting, _ in self._jobs)]:
                if call is not None and call.may_wait:
                    call.cancelled.set()

    def close(self) -> None:
        """No more work is begun."""
        with self._changed:
            self._is_closed = True
            self._jobs.clear()
            if self._running is not None:
                self._running.cancelled.set()
            self._changed.notify()

    @property
    def stuck(self) -> Call | None:
        """The work that should have ended ``STUCK_SECONDS`` ago."""
        call = self._running
        if call is None or call.may_wait:
            return None
        due = call.started if call.deadline is None else max(call.started, call.deadline)
        return call if time.monotonic() - due > limits.STUCK_SECONDS else None

    def _run(self) -> None:
        decimal.setcontext(exact_context())
        while True:
            with self._changed:
                self._running = _now.call = None
                self._changed.wait_for(lambda: self._jobs or self._is_closed)
                if self._is_closed:
                    return
                call, job = self._jobs.popleft()
                call.started = time.monotonic()
                self._running = _now.call = call
            try:
                job()
            except BaseException:
                fault("a fault of the kit or the plugin", during=call.what)
