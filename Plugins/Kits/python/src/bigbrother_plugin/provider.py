"""A provider: one generator of market updates, each with its time.

    @provider(settings=Settings)
    def quotes(settings: Settings, context: ProviderContext) -> Iterator[Market]:
        ...

    quotes.run()

In lockstep the core asks for each update, and the kit marks the last. In real time an update is sent when its time has come.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, NoReturn, TypeVar

from ._codec import WireError
from ._connection import EXIT_FAILED, described
from ._log import log, note
from ._main import main
from ._worker import Call, Outlet, Stop, Worker
from .amounts import DAY, SECOND
from .market import Bar, HistoryBars, HistoryRequest, Market
from .messages import Empty, Fault, Message, Ready, Role, Welcome
from .settings import SettingsError, read_settings

S = TypeVar("S")

#: Bars in one message.
MOST_BARS = 5_000

#: Less is the ordinary correction of a clock, in nanoseconds.
SETBACK = 100_000_000


@dataclass(frozen=True)
class ProviderContext:
    """What a provider is given at its start."""

    account: str
    #: Where it may keep files that outlive it.
    state_directory: str
    #: The core asks for each update; time is the tape's, not the wall's.
    lockstep: bool


@dataclass(frozen=True)
class Provider(Generic[S]):
    """A provider that can be called, as tests do, and run."""

    generator: Callable[[S, ProviderContext], Iterator[Market]]
    settings: type[S]
    name: str
    #: Bars from before the first update; None: it has none.
    history: Callable[[S, ProviderContext, int, int], Iterable[Bar]] | None = None

    def __call__(self, settings: S, context: ProviderContext) -> Iterator[Market]:
        """Its updates."""
        return self.generator(settings, context)

    def run(self) -> NoReturn:
        """Talks to the core until the end, and ends the process."""
        main(ProviderRole(self), self.name)


def provider(
    *, settings: type[S], history: Callable[[S, ProviderContext, int, int], Iterable[Bar]] | None = None
) -> Callable[[Callable[[S, ProviderContext], Iterator[Market]]], Provider[S]]:
    """Makes a generator function a provider. ``settings`` is a frozen dataclass.

    ``history(settings, context, period, count)`` gives the newest closed bars of a period (in nanoseconds) from before the first
    update, at most ``count`` of each symbol, with their own times, in the shares of now.
    """

    def made(generator: Callable[[S, ProviderContext], Iterator[Market]]) -> Provider[S]:
        return Provider(generator, settings, getattr(generator, "__name__", "provider").replace("_", "-"), history)

    return made


class GrowingClock:
    """The wall's clock while it does not go back; after that it goes on at the pace of the clock that cannot jump."""

    def __init__(self) -> None:
        self._at = time.time_ns()
        self._steady = time.monotonic_ns()

    def now(self) -> int:
        """Nanoseconds since 1970; never less than before."""
        steady = time.monotonic_ns()
        self._at = max(self._at + steady - self._steady, time.time_ns())
        self._steady = steady
        return self._at

    @property
    def lag(self) -> int:
        """By how much the wall's clock was set back, and is behind this one."""
        return max(0, self.now() - time.time_ns())

    def moved(self, update: Market, after: int) -> Market:
        """What was stamped by a clock that was set back, as this one says it; what the venue itself has stamped stays."""
        lag = self.lag
        if lag < SETBACK:
            return update
        limit, at = update.at, max(update.at + lag, after + 1)

        def ahead(time: int) -> int:
            return time + lag if time <= limit else time

        return replace(
            update, at=at,
            quotes=None if update.quotes is None else tuple(replace(row, at=min(ahead(row.at), at)) for row in update.quotes),
            bars=None if update.bars is None else tuple(replace(row, start=ahead(row.start)) for row in update.bars),
            conditions=None if update.conditions is None
            else tuple(replace(row, at=min(ahead(row.at), at)) for row in update.conditions),
        )


class _Tape:
    """The updates one after another; looks one ahead, to know the last, where nobody waits for it."""

    def __init__(self, updates: Iterator[Market], looks_ahead: bool, clock: GrowingClock | None = None) -> None:
        self._updates = updates
        self._looks_ahead = looks_ahead
        #: In real time: a clock that was set back stops nothing.
        self._clock = clock
        self.at = -(2**63)
        self._ahead: Market | Exception | None = self._fetch() if looks_ahead else None

    def next(self) -> Market | None:
        """None at the end. Raises what the generator raised, and ``ValueError`` when time does not grow; again each time."""
        update = self._ahead if self._looks_ahead else self._fetch()
        if isinstance(update, Exception):
            self._ahead, self._looks_ahead = update, True
            raise update
        if update is None:
            return None
        self.at = update.at
        if self._looks_ahead:
            self._ahead = self._fetch()
        return replace(update, is_last=True) if self._looks_ahead and self._ahead is None else update

    def _fetch(self) -> Market | Exception | None:
        """A fault is kept until the updates before it are sent."""
        try:
            update = next(self._updates, None)
        except Exception as error:
            return error
        if update is not None and update.at <= self.at and self._clock is not None:
            update = self._clock.moved(update, after=self.at)
        if update is not None and update.at <= self.at:
            return ValueError(f"at: {update.at} does not come after {self.at}; time grows with every update")
        return update


class ProviderRole:
    """A provider before the core."""

    role: Role = "provider"
    accepts = frozenset({"advance", "history"})
    newest_only: frozenset[str] = frozenset()

    def __init__(self, provider: Provider[Any]) -> None:
        self._provider = provider
        self._tape: _Tape | None = None
        self._past: Callable[[int, int], Iterable[Bar]] | None = None
        self._lockstep = False
        self._outlet: Outlet | None = None
        self._worker: Worker | None = None
        #: One for all sessions of the process: time grows from one to the next as well.
        self._clock = GrowingClock()

    def start(self, welcome: Welcome, outlet: Outlet, worker: Worker) -> Ready:
        settings = read_settings(self._provider.settings, welcome.settings)
        context = ProviderContext(welcome.account, welcome.state_directory, welcome.lockstep)
        clock = None if welcome.lockstep else self._clock
        self._tape = _Tape(self._provider(settings, context), looks_ahead=welcome.lockstep, clock=clock)
        self._lockstep, self._outlet, self._worker = welcome.lockstep, outlet, worker
        history = self._provider.history
        if history is None:
            return Ready()
        self._past = lambda period, count: history(settings, context, period, count)
        return Ready(history=Empty())

    def started(self) -> None:
        if not self._lockstep:
            self._produce_later(self._outlet)

    def configure(self, settings: Any) -> Ready:
        raise SettingsError("a provider takes new settings at its start only; restart it")

    def handle(self, message: Message, outlet: Outlet, call: Call) -> None:
        if message.header.type == "history":
            return self._give_history(message, outlet)
        update = None if self._tape is None else self._tape.next()
        if update is None:
            raise WireError("the tape has ended")
        outlet.send("market", update, re=message.header.id)

    def _give_history(self, message: Message, outlet: Outlet) -> None:
        """In pieces, each with whole symbols."""
        request = message.data(HistoryRequest)
        if self._past is None or not 1 <= request.count <= 1_000:
            raise WireError(f"history of {request.count} bars cannot be given")
        symbols: dict[str, list[Bar]] = {}
        for bar in self._past(request.period, request.count):
            # A day may be as long as the regular session; the core knows the calendar.
            if bar.period == request.period or (request.period == DAY and bar.period < DAY):
                symbols.setdefault(bar.symbol, []).append(bar)
        pieces: list[list[Bar]] = [[]]
        for _, rows in sorted(symbols.items()):
            newest = sorted(rows, key=lambda bar: bar.start)[-request.count:]
            if len(pieces[-1]) + len(newest) > MOST_BARS:
                pieces.append([])
            pieces[-1] += newest
        for index, rows in enumerate(pieces):
            is_last = True if index == len(pieces) - 1 else None
            outlet.send("bars", HistoryBars(tuple(rows), is_last), re=message.header.id)

    # MARK: real time

    def _produce_later(self, outlet: Outlet | None) -> None:
        call = Call("next update", may_wait=True)
        if self._worker is not None and outlet is not None:
            self._worker.submit(call, lambda: self._produce_or_end(outlet, call))

    def _produce_or_end(self, outlet: Outlet, call: Call) -> None:
        """A generator that has failed gives nothing more: the process ends, to be started again."""
        try:
            self._produce(outlet, call)
        except BaseException as error:
            if outlet is not self._outlet:
                return
            log.error("the provider's code failed; the process ends, to be started again", exc_info=error)
            outlet.send("error", Fault(described(error)))
            outlet.send("bye", Fault(f"its code failed: {described(error)}"))
            outlet.outbox.put(Stop(EXIT_FAILED))

    def _produce(self, outlet: Outlet, call: Call) -> None:
        """One update when its time has come, and then the next. A newer session has a tape of its own."""
        if outlet is not self._outlet or self._tape is None:
            return
        update = self._tape.next()
        if update is None:
            note(logging.INFO, "the last update has been sent")
            return outlet.send("market", Market(at=max(self._clock.now(), self._tape.at + 1), is_last=True))
        while not call.cancelled.is_set():
            seconds = (update.at - self._clock.now()) / SECOND
            if seconds <= 0:
                outlet.send("market", update)
                return self._produce_later(outlet)
            call.cancelled.wait(min(seconds, 60.0))
