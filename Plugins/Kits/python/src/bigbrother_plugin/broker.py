"""A broker adapter: one class that carries out commands at one venue, and reports. The kit does the rest of PROTOCOL.md:

* a core of another journal or an older epoch is refused, and which one is obeyed is kept on the disk before anything is done for
  it (duty 1);
* every command is answered by its executions and one ``done``, or by ``error``;
* what happens at the venue by itself is reported at any time, from any thread: ``self.context.report(execution)``.
"""

from __future__ import annotations

import logging
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, NoReturn, TypeVar

from ._codec import WireError, codec, write
from ._log import note
from ._main import main
from ._worker import Call, Outlet, Worker
from .amounts import ClientOrderID, Symbol
from .market import Market
from .messages import CoreIdentity, Empty, Message, Ready, Role, Welcome
from .orders import (
    BrokerState, Cancel, Capabilities, CashMovement, Command, Execution, ExecutionCorrection, LeftOut, OrderAnswer, Query,
    Reconcile, Replace, Submit,
)
from .settings import SettingsError, read_settings

S = TypeVar("S")
#: What an adapter reports.
News = Execution | CashMovement | ExecutionCorrection
_KINDS = {Execution: "execution", CashMovement: "cash_movement", ExecutionCorrection: "execution_correction"}


class BrokerContext:
    """What an adapter is given at its start, and where its reports go."""

    def __init__(self, account: str, state_directory: str, lockstep: bool) -> None:
        self.account = account
        #: Where it may keep files that outlive it.
        self.state_directory = Path(state_directory)
        #: Time is the market data's, not the wall's.
        self.lockstep = lockstep
        self._outlet: Outlet | None = None
        self._market_time = 0

    @property
    def now(self) -> int:
        """Nanoseconds since 1970: of the newest market data in lockstep, else of the wall's clock."""
        return self._market_time if self.lockstep else time.time_ns()

    def report(self, news: News) -> None:
        """What happened at the venue by itself. From any thread; while the core is away it is dropped, see ``replay``."""
        if self._outlet is not None:
            self._outlet.send(_KINDS[type(news)], news)

    def reach(self, outlet: Outlet) -> None:
        """The kit's: a session has begun."""
        self._outlet = outlet

    def pass_time(self, at: int) -> None:
        """The kit's: market data of this time has come."""
        self._market_time = max(self._market_time, at)


class BrokerAdapter(ABC, Generic[S]):
    """Subclass it, name its ``settings_class``, and ``run()`` the class. All methods but ``__init__`` run on one thread."""

    #: A frozen dataclass.
    settings_class: type[Any]

    def __init__(self, settings: S, context: BrokerContext) -> None:
        """Connects to the venue. Raises ``SettingsError`` when the settings are wrong."""
        self.settings = settings
        self.context = context

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What it can do; what is not declared is absent."""

    @abstractmethod
    def submit(self, submission: Submit) -> Iterable[News]:
        """Takes or refuses all orders. An id that is known is not placed again: what it is now is reported."""

    @abstractmethod
    def cancel(self, cancel: Cancel) -> Iterable[News]:
        """May come twice. One that fails: ``cancel_rejected``."""

    @abstractmethod
    def replace(self, replace: Replace) -> Iterable[News]:
        """In place: ``restated`` with the new terms. One that fails: ``replace_rejected``."""

    @abstractmethod
    def query(self, query: Query) -> OrderAnswer:
        """The order as it is and all its executions; without an order only when it was surely never had."""

    @abstractmethod
    def reconcile(self) -> BrokerState:
        """Account, positions, and every order that is not over."""

    def market(self, update: Market) -> Iterable[News]:
        """What follows from market data, where ``wants_market_data`` is declared."""
        return ()

    def replay(self) -> Iterable[News]:
        """Events that the core may have missed, sent again after each ``ready`` where ``replays_events`` is declared."""
        return ()

    @classmethod
    def run(cls) -> NoReturn:
        """Talks to the core until the end, and ends the process."""
        main(BrokerRole(cls), cls.__name__)


class FencedError(WireError):
    """A command of a core that is not obeyed, or not any more."""

    def __init__(self, fence: CoreIdentity) -> None:
        journal = f" of the journal {fence.journal[:8]}" if fence.journal else ""
        super().__init__(
            f"this adapter obeys a core of epoch {fence.epoch}{journal}, and not this one: end one of the two, or say "
            "`bigbrother broker free`"
        )
        self.fence = fence


@dataclass
class EpochFence:
    """The core that is obeyed, in a file that survives the process: ``EPOCH``, or ``EPOCH JOURNAL RUN``."""

    path: Path
    highest: int = 0
    journal: str | None = None
    run: str | None = None

    @staticmethod
    def load(path: Path) -> EpochFence:
        """Raises ``ValueError`` for a file that is none: an adapter that does not know which core is the newest may not trade."""
        try:
            text = path.read_text("ascii").strip()
        except FileNotFoundError:
            return EpochFence(path)
        words = text.split()
        if len(words) not in (1, 3) or not words[0].isdigit():
            raise ValueError(f"{path}: it has no epoch but {text[:40]!r}; put the highest epoch there that has traded")
        return EpochFence(path, int(words[0]), *words[1:])

    @property
    def kept(self) -> CoreIdentity | None:
        """None before the first command."""
        return CoreIdentity(self.highest, self.journal, self.run) if self.highest else None

    def admit(self, epoch: int, core: CoreIdentity | None = None) -> None:
        """Raises ``FencedError`` for a core that is not obeyed; keeps a newer one before it returns.

        ``core`` is what ``welcome`` named; None for a core of an earlier minor, of which the epoch alone is known.
        """
        kept = self.kept
        journal, run = (core.journal, core.run) if core is not None else (None, None)
        if kept is not None:
            is_other = kept.journal is not None and journal is not None and kept.journal != journal
            is_copy = epoch == kept.epoch and kept.run is not None and run is not None and kept.run != run
            if is_other or epoch < kept.epoch or is_copy:
                raise FencedError(kept)
        self._keep(epoch, journal or self.journal, run or self.run)

    def take_over(self, core: CoreIdentity) -> None:
        """A person has said so: whoever was obeyed before is obeyed no more."""
        self._keep(core.epoch, core.journal, core.run)

    def _keep(self, epoch: int, journal: str | None, run: str | None) -> None:
        if (epoch, journal, run) == (self.highest, self.journal, self.run):
            return
        temporary = self.path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w", encoding="ascii") as file:
            file.write(f"{epoch} {journal} {run}\n" if journal and run else f"{epoch}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self.highest, self.journal, self.run = epoch, journal, run


def sayable(state: BrokerState) -> BrokerState:
    """The same without the rows that cannot stand on the wire: one strange position must not hide the others."""
    left_out = list(state.left_out or ())
    positions = [row for row in state.positions if _can_say(row, "positions", left_out)]
    orders = [row for row in state.open_orders if _can_say(row, "open_orders", left_out)]
    movements = [row for row in state.cash_movements or () if _is_sayable(row)]
    return replace(
        state, positions=tuple(positions), open_orders=tuple(orders), left_out=tuple(left_out) or None,
        cash_movements=tuple(movements) or None,
    )


def _is_sayable(movement: CashMovement) -> bool:
    """What it did to the cash is found by the core all the same."""
    try:
        write(movement)
    except Exception as error:
        note(logging.ERROR, "a movement of cash cannot be said, and is left out", id=str(movement.id)[:64], why=error)
        return False
    return True


def _can_say(row: Any, which: Literal["positions", "open_orders"], left_out: list[LeftOut]) -> bool:
    try:
        write(row)
    except Exception as error:
        terms = row if which == "positions" else getattr(row, "terms", None)
        symbol, id = getattr(terms, "symbol", None), getattr(terms, "client_order_id", None)
        name = "".join(sign if sign.isprintable() else "?" for sign in str(symbol if which == "positions" else id))[:64]
        note(logging.ERROR, "a row of the broker's list cannot be said, and is left out", list=which, name=name, why=error)
        left_out.append(
            LeftOut(which, name, str(error)[:200], _or_none(Symbol, symbol), _or_none(ClientOrderID, id))
        )
        return False
    return True


def _or_none(rule: Any, value: Any) -> Any:
    """The value where it can stand on the wire as such."""
    try:
        codec(rule)[1](value)
    except ValueError:
        return None
    return value


class BrokerRole:
    """An adapter before the core. It is made once, and lives through every session of the process."""

    role: Role = "broker"
    accepts = frozenset({"command", "market"})
    newest_only: frozenset[str] = frozenset()

    def __init__(self, cls: type[BrokerAdapter[Any]]) -> None:
        self._class = cls
        self._adapter: BrokerAdapter[Any] | None = None
        self._fence: EpochFence | None = None
        self._core: CoreIdentity | None = None
        self._settings: Any = None
        self._outlet: Outlet | None = None

    def start(self, welcome: Welcome, outlet: Outlet, worker: Worker) -> Ready:
        if self._adapter is None:
            context = BrokerContext(welcome.account, welcome.state_directory, welcome.lockstep)
            self._fence = EpochFence.load(context.state_directory / f"{self._class.__name__}.epoch")
            self._adapter = self._class(read_settings(self._class.settings_class, welcome.settings), context)
            self._settings = welcome.settings
        elif welcome.settings != self._settings:
            raise SettingsError("they have changed, and an adapter takes them at its start only; start it again")
        self._adapter.context.reach(outlet)
        self._outlet = outlet
        self._core = welcome.core
        if self._fence is None:
            return Ready(capabilities=self._adapter.capabilities)
        if welcome.takes_over and welcome.core is not None:
            self._fence.take_over(welcome.core)
        return Ready(capabilities=self._adapter.capabilities, fence=self._fence.kept)

    def started(self) -> None:
        if self._adapter is None or self._outlet is None or not self._adapter.capabilities.replays_events:
            return
        count = 0
        for count, execution in enumerate(self._adapter.replay(), 1):
            self._outlet.send(_KINDS[type(execution)], execution)
        note(logging.INFO, "events were told again", count=count)

    def configure(self, settings: Any) -> Ready:
        raise SettingsError("a broker adapter takes new settings at its start only; restart bigbrother")

    def handle(self, message: Message, outlet: Outlet, call: Call) -> None:
        if self._adapter is None or self._fence is None:
            raise WireError("it was asked before it was welcomed")
        re = message.header.id
        if message.header.type == "market":
            update = message.data(Market)
            self._adapter.context.pass_time(update.at)
            self._tell(self._adapter.market(update), outlet, re)
        else:
            self._fence.admit(message.header.epoch, self._core)
            self._carry_out(self._adapter, message.tagged(Command), outlet, re)
        outlet.send("done", Empty(), re=re)

    def _carry_out(self, adapter: BrokerAdapter[Any], command: Command, outlet: Outlet, re: str) -> None:
        if isinstance(command, Submit):
            self._tell(adapter.submit(command), outlet, re)
        elif isinstance(command, Cancel):
            self._tell(adapter.cancel(command), outlet, re)
        elif isinstance(command, Replace):
            self._tell(adapter.replace(command), outlet, re)
        elif isinstance(command, Query):
            outlet.send("order_answer", adapter.query(command), re=re)
        elif isinstance(command, Reconcile):
            outlet.send("broker_state", sayable(adapter.reconcile()), re=re)

    def _tell(self, executions: Iterable[News], outlet: Outlet, re: str) -> None:
        for execution in executions:
            outlet.send(_KINDS[type(execution)], execution, re=re)
