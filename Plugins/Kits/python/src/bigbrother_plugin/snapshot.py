"""The whole portfolio, as a policy is shown it every cycle. Read only; what a minor adds to it is ignored here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal

from .amounts import (
    AccountID, ClientOrderID, IndicatorName, Money, PluginName, Price, Quantity, Ratio, Span, Symbol, Time, moment,
)
from .market import Bar, Condition, Session
from .orders import OrderRole, OrderStatus, OrderType, PriceIncrement, Side

TradingState = Literal["active", "reducing", "halted"]


@dataclass(frozen=True)
class Account:
    """The account's money now."""

    id: AccountID
    currency: str
    cash: Money
    equity: Money
    buying_power: Money
    peak_equity: Money
    day_profit: Money
    gross_exposure: Money


@dataclass(frozen=True)
class Protection:
    """What rests at the broker for a position."""

    stop_quantity: Quantity
    target_quantity: Quantity
    stop_price: Price | None = None
    stop_limit_price: Price | None = None
    target_price: Price | None = None
    stop_since: Time | None = None
    stop_distance: Ratio | None = None


@dataclass(frozen=True)
class Position:
    """A holding. ``risk_per_share`` is 1 R; ``high_water_mark`` the highest price since it was opened.

    ``is_adopted``: nobody here has opened it, and no person has named its initial stop; ``adopted_price`` is what a share was
    worth when it was found. Its first stop is counted from there, and not from the average price."""

    symbol: Symbol
    quantity: Quantity
    average_price: Price
    market_value: Money
    unrealised_profit: Money
    realised_profit: Money
    high_water_mark: Price
    low_water_mark: Price
    opened_at: Time
    held_for: Span
    weight: Ratio
    rungs_taken: tuple[str, ...]
    last_price: Price | None = None
    initial_stop: Price | None = None
    risk_per_share: Price | None = None
    profit_in_r: Ratio | None = None
    protection: Protection | None = None
    unprotected_since: Time | None = None
    realised_in_r: Ratio | None = None
    last_partial_at: Time | None = None
    sector: str | None = None
    price_increment: PriceIncrement | None = None
    is_adopted: bool | None = None
    adopted_price: Price | None = None

    @property
    def is_long(self) -> bool:
        """False for a short."""
        return self.quantity > 0

    @property
    def best_price(self) -> Decimal:
        """The highest price since entry for a long, the lowest for a short."""
        return self.high_water_mark if self.is_long else self.low_water_mark

    def behind(self, price: Decimal, distance: Decimal) -> Decimal:
        """So far on the losing side of a price."""
        return price - distance if self.is_long else price + distance


@dataclass(frozen=True)
class OrderView:
    """An order, as policies see it."""

    client_order_id: ClientOrderID
    symbol: Symbol
    side: Side
    type: OrderType
    role: OrderRole
    status: OrderStatus
    quantity: Quantity
    filled_quantity: Quantity
    limit_price: Price | None = None
    stop_price: Price | None = None
    average_fill_price: Price | None = None
    submitted_at: Time | None = None
    updated_at: Time | None = None


@dataclass(frozen=True)
class Day:
    """The session of a symbol so far; for the need ``day``."""

    open: Price
    high: Price
    low: Price
    volume: Quantity
    previous_close: Price | None = None
    vwap: Price | None = None
    gap: Ratio | None = None
    distance_to_vwap: Ratio | None = None


@dataclass(frozen=True)
class Series:
    """Whole bars of one period, oldest first; for the need ``bars``."""

    period: Span
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Indicator:
    """One of the needed indicators; both figures are None until enough bars are known."""

    indicator: IndicatorName
    price: Price | None = None
    ratio: Ratio | None = None


@dataclass(frozen=True)
class MarketView:
    """The market of one symbol."""

    symbol: Symbol
    at: Time
    bid: Price | None = None
    ask: Price | None = None
    last: Price | None = None
    bar: Bar | None = None
    is_halted: bool | None = None
    day: Day | None = None
    series: tuple[Series, ...] | None = None
    indicators: tuple[Indicator, ...] | None = None

    def bars(self, period: int) -> tuple[Bar, ...]:
        """Whole bars of a period in nanoseconds, oldest first; empty when there are none or they were not needed."""
        return next((series.bars for series in self.series or () if series.period == period), ())

    def indicator(self, name: str) -> Decimal | None:
        """The figure of ``atr(14,1d)`` and the like; None until enough bars are known, or when it was not needed."""
        found = next((item for item in self.indicators or () if item.indicator == name), None)
        return None if found is None else found.price if found.price is not None else found.ratio


@dataclass(frozen=True)
class Sector:
    """Shares of equity that are in one sector."""

    name: str
    gross_weight: Ratio
    net_weight: Ratio
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True)
class Correlation:
    """The matrix of the positions' returns, in the order of ``symbols``."""

    period: Span
    length: int
    symbols: tuple[Symbol, ...]
    rows: tuple[tuple[Ratio, ...], ...]


@dataclass(frozen=True)
class Portfolio:
    """Figures of the whole, as shares of equity; for the need ``portfolio``."""

    gross_weight: Ratio
    net_weight: Ratio
    largest_weight: Ratio
    concentration: Ratio
    open_risk: Ratio
    drawdown: Ratio
    day_return: Ratio
    sectors: tuple[Sector, ...]
    correlation: Correlation | None = None


@dataclass(frozen=True)
class HistoryEntry:
    """A decision, an outcome or an emergency; for the need ``history``."""

    at: Time
    kind: Literal["decision", "outcome", "trading_state", "difference", "emergency"]
    words: str
    symbol: Symbol | None = None
    decision: str | None = None
    locked_in: Money | None = None


@dataclass(frozen=True)
class Advisory:
    """A figure that a policy advises the others; for the need ``advisories``."""

    policy: PluginName
    name: str
    value: Ratio
    reason: str
    at: Time
    valid_until: Time
    symbol: Symbol | None = None


@dataclass(frozen=True)
class Snapshot:
    """The whole portfolio at ``at``. Sections that were not needed are empty or None."""

    cycle: int
    at: Time
    session: Session
    trading_state: TradingState
    account: Account
    positions: tuple[Position, ...]
    orders: tuple[OrderView, ...]
    market: tuple[MarketView, ...]
    conditions: tuple[Condition, ...]
    finished_orders: tuple[OrderView, ...] | None = None
    portfolio: Portfolio | None = None
    history: tuple[HistoryEntry, ...] | None = None
    advisories: tuple[Advisory, ...] | None = None

    @property
    def moment(self) -> datetime:
        """``at`` for calendars, in UTC."""
        return moment(self.at)

    @cached_property
    def views(self) -> dict[str, MarketView]:
        """``market`` by symbol."""
        return {view.symbol: view for view in self.market}

    def position(self, symbol: str) -> Position | None:
        """The holding of a symbol, or None."""
        return next((position for position in self.positions if position.symbol == symbol), None)

    def condition(self, name: str) -> Decimal | None:
        """A figure such as VIX, or None."""
        return next((condition.value for condition in self.conditions if condition.name == name), None)

    def advisory(self, name: str) -> Decimal | None:
        """A figure of that name for the whole portfolio: of several policies' the smallest; None when nobody says one."""
        values = [item.value for item in self.advisories or () if item.name == name and item.symbol is None]
        return min(values, default=None)
