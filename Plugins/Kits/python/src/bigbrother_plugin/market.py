"""The market as providers publish it, and as simulators of a venue are given it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from .amounts import Price, Quantity, Ratio, Span, Symbol, Time

Session = Literal["pre_market", "regular", "after_hours", "closed"]


@dataclass(frozen=True)
class Bar:
    """Prices of one stretch of time; ``start`` is its begin, it is sent at its end."""

    symbol: Symbol
    start: Time
    period: Span
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity


@dataclass(frozen=True)
class HistoryRequest:
    """The newest closed bars of a period, of each symbol that is published; ``count`` is 1 to 1,000."""

    period: Span
    count: int


@dataclass(frozen=True)
class HistoryBars:
    """A piece of the answer, with whole symbols, at most 5,000 bars; the last one says so."""

    bars: tuple[Bar, ...]
    is_last: bool | None = None


@dataclass(frozen=True)
class Quote:
    """What is bid and asked at ``at``; a side that nobody quotes is None. Prices are above zero."""

    symbol: Symbol
    at: Time
    bid: Price | None = None
    ask: Price | None = None
    bid_size: Quantity | None = None
    ask_size: Quantity | None = None
    last: Price | None = None
    is_halted: bool | None = None


@dataclass(frozen=True)
class Condition:
    """A figure of the whole market, such as VIX."""

    name: str
    value: Ratio
    at: Time


@dataclass(frozen=True)
class Split:
    """``numerator`` new shares for ``denominator`` old ones."""

    TAG: ClassVar = "split"
    numerator: int
    denominator: int


@dataclass(frozen=True)
class Dividend:
    """Cash for each share."""

    TAG: ClassVar = "dividend"
    amount: Price


@dataclass(frozen=True)
class SymbolChange:
    """The shares stand under another symbol: renamed, or exchanged in a merger. Since protocol 1.2."""

    TAG: ClassVar = "symbol_change"
    to: Symbol
    numerator: int = 1
    denominator: int = 1


@dataclass(frozen=True)
class SpinOff:
    """Shares of another company are handed out, ``numerator`` for ``denominator`` that are held. Since protocol 1.2.

    ``cost_share`` is the part of the old shares' cost and price that goes with them, above 0 and below 1.
    """

    TAG: ClassVar = "spin_off"
    to: Symbol
    numerator: int
    denominator: int
    cost_share: Ratio


@dataclass(frozen=True)
class CorporateAction:
    """Sent before the first price that it changes; its ``id`` is applied once."""

    id: str
    symbol: Symbol
    kind: Split | Dividend | SymbolChange | SpinOff
    effective_at: Time


@dataclass(frozen=True)
class Market:
    """Everything that became known at ``at``, which grows with every update."""

    at: Time
    session: Session | None = None
    corporate_actions: tuple[CorporateAction, ...] | None = None
    conditions: tuple[Condition, ...] | None = None
    bars: tuple[Bar, ...] | None = None
    quotes: tuple[Quote, ...] | None = None
    is_last: bool | None = None
