"""The messages of a plugin's life, and the two frames that every message is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from . import _json, limits
from ._codec import WireError, read, write
from .amounts import AccountID, Count, IndicatorName, PluginName, Range, Span
from .orders import Capabilities

T = TypeVar("T")
Role = Literal["policy", "broker", "provider"]
Section = Literal[
    "positions", "orders", "finished_orders", "market", "day", "conditions", "portfolio", "history", "advisories"
]


@dataclass(frozen=True)
class Header:
    """The first frame."""

    v: str
    type: str
    id: str
    session: str
    epoch: int
    seq: int
    cycle: int | None = None
    re: str | None = None
    budget_milliseconds: int | None = None
    crit: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Speaks:
    """A version of the protocol."""

    major: int = limits.PROTOCOL_MAJOR
    minor: int = limits.PROTOCOL_MINOR


@dataclass(frozen=True)
class Hello:
    """A plugin introduces itself."""

    name: PluginName
    role: Role
    version: str
    speaks: Speaks
    token: str | None = None


@dataclass(frozen=True)
class CoreIdentity:
    """Which core it is: of which journal, which run of it, and its epoch. Since minor 2."""

    epoch: int
    journal: str | None = None
    run: str | None = None


@dataclass(frozen=True)
class Welcome:
    """The core accepts a plugin; ``settings`` are its own, as configured."""

    session: str
    account: AccountID
    settings: Any
    heartbeat_milliseconds: int
    lockstep: bool
    state_directory: str
    #: To a broker adapter: which core this is.
    core: CoreIdentity | None = None
    #: A person has said that the adapter obeys this core from now on, whomever it has obeyed before.
    takes_over: bool | None = None


@dataclass(frozen=True)
class Configure:
    """New settings while it runs: all of them."""

    settings: Any


@dataclass(frozen=True)
class Fault:
    """The body of refused, error, drain and bye."""

    reason: str
    #: Of a broker adapter: a command was refused because it obeys this core.
    fence: CoreIdentity | None = None


@dataclass(frozen=True)
class Bars:
    """``count`` whole bars (1 to 1,000) of a period in nanoseconds."""

    period: Span
    count: Annotated[int, Range(1, 1_000)]


@dataclass(frozen=True)
class CorrelationNeed:
    """The matrix over ``length`` returns (2 to 1,000) of a period in nanoseconds."""

    period: Span
    length: Annotated[int, Range(2, 1_000)]


@dataclass(frozen=True)
class Needs:
    """What a policy is given; without sections: positions, orders, market, conditions."""

    sections: tuple[Section, ...] | None = None
    bars: tuple[Bars, ...] | None = None
    indicators: Annotated[tuple[IndicatorName, ...], Count(0, 50)] | None = None
    correlation: CorrelationNeed | None = None


@dataclass(frozen=True)
class Empty:
    """The body of heartbeat, done and advance."""


@dataclass(frozen=True)
class Ready:
    """A plugin may be used from now on."""

    capabilities: Capabilities | None = None
    needs: Needs | None = None
    #: Of a provider: it can be asked for bars from before its first update.
    history: Empty | None = None
    #: Of a broker adapter: the core whose commands it has obeyed last.
    fence: CoreIdentity | None = None


@dataclass(frozen=True)
class Message:
    """A header that was read, and a body that was not yet."""

    header: Header
    body: bytes

    def data(self, cls: type[T]) -> T:
        """Lenient: unknown fields are ignored. Raises ``WireError``."""
        return read(cls, self._parsed())

    def tagged(self, union: Any) -> Any:
        """Strict, for what moves money: unknown fields are refused. Raises ``WireError``."""
        return read(union, self._parsed(), strict=True)

    def _parsed(self) -> Any:
        try:
            return _json.parse(self.body)
        except _json.JSONError as error:
            raise WireError(str(error)) from error


class HeaderError(WireError):
    """A message that cannot be taken; ``re`` is its id and ``cycle`` its cycle, where they could be read.

    ``is_answered``: false for ``error``, ``refused`` and ``bye``, or two sides would answer each other for ever.
    """

    def __init__(
        self, why: str, re: str | None = None, cycle: int | None = None, is_answered: bool = True
    ) -> None:
        super().__init__(why)
        self.re = re
        self.cycle = cycle
        self.is_answered = is_answered


def unpack(frames: Sequence[bytes]) -> Message:
    """Raises ``HeaderError``: for a wrong count of frames, an unreadable header, another major, a ``crit``."""
    if len(frames) != 2:
        raise HeaderError(f"a message has two frames, header and body, not {len(frames)}")
    if len(frames[0]) + len(frames[1]) > limits.MESSAGE_BYTES:
        raise HeaderError(f"a message has at most {limits.MESSAGE_BYTES} bytes")
    try:
        value = _json.parse(frames[0])
    except _json.JSONError as error:
        raise HeaderError(f"the header is no JSON: {error}") from error
    known = value if isinstance(value, dict) else {}
    re = known["id"] if isinstance(known.get("id"), str) else None
    cycle = known["cycle"] if type(known.get("cycle")) is int else None
    is_answered = known.get("type") not in ("error", "refused", "bye")
    try:
        header = read(Header, value)
    except WireError as error:
        raise HeaderError(f"the header cannot be read: {error}", re, cycle, is_answered) from error
    if header.crit:
        raise HeaderError(f'crit: "{header.crit[0][:64]}" must be understood, and is not', re, cycle, is_answered)
    if header.v.partition(".")[0] != str(limits.PROTOCOL_MAJOR):
        ours = f"{limits.PROTOCOL_MAJOR}.{limits.PROTOCOL_MINOR}"
        raise HeaderError(f"v: {header.v[:16]} is spoken there, {ours} here", re, cycle, is_answered)
    return Message(header, frames[1])


def pack(header: Header, body: bytes) -> list[bytes]:
    """The two frames. Raises ``WireError`` when they are too large together."""
    first = _json.write(write(header))
    if len(first) + len(body) > limits.MESSAGE_BYTES:
        raise WireError(f"a message has at most {limits.MESSAGE_BYTES} bytes, this {header.type} has more")
    return [first, body]


def minor_of(version: str) -> int:
    """Of a header's ``v``; 0 for what is none."""
    minor = version.partition(".")[2]
    return int(minor) if minor.isdecimal() else 0


#: Messages that a core before 1.2 does not know, and fields of others that it refuses.
_SINCE_2 = {"cash_movement", "execution_correction"}
_FIELDS_SINCE_2 = {"execution": ("fees", "taxes"), "broker_state": ("left_out", "cash_movements")}
_ACTIONS_SINCE_2 = ("symbol_change", "spin_off")


def spoken(kind: str, value: Any, minor: int) -> Any:
    """A body for a core that speaks this minor: without what it could fall over; None when it cannot be said there at all."""
    if minor >= 2:
        return value
    if kind in _SINCE_2:
        return None
    if kind == "order_answer":
        return {**value, "executions": [spoken("execution", item, minor) for item in value["executions"]]}
    if kind == "market" and "corporate_actions" in value:
        known = [item for item in value["corporate_actions"] if not any(key in item["kind"] for key in _ACTIONS_SINCE_2)]
        rest = {key: item for key, item in value.items() if key != "corporate_actions"}
        return {**rest, "corporate_actions": known} if known else rest
    return {key: item for key, item in value.items() if key not in _FIELDS_SINCE_2.get(kind, ())}


def body_of(value: Any) -> bytes:
    """A dataclass as the second frame. Raises ``WireError`` for what may not stand on the wire."""
    return _bytes(write(value))


def body_for(kind: str, value: Any, minor: int) -> bytes | None:
    """The same for a core of this minor; None when that one does not know such a message."""
    body = spoken(kind, write(value), minor)
    return None if body is None else _bytes(body)


def _bytes(body: Any) -> bytes:
    try:
        return _json.write(body)
    except _json.JSONError as error:
        raise WireError(str(error)) from error
