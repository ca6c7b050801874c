"""Orders, what a broker is asked, and what it answers. All of this is strict: an unknown field is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from .amounts import (
    AccountID,
    BrokerOrderID,
    CashMovementID,
    ClientOrderID,
    Count,
    ExecutionID,
    Money,
    OrderGroupID,
    Price,
    Quantity,
    Range,
    Span,
    Symbol,
    Time,
)
from .market import Session

Side = Literal["buy", "sell"]
OrderType = Literal["market", "limit", "stop", "stop_limit", "trailing_stop"]
TimeInForce = Literal["day", "gtc", "ioc", "fok"]
GroupKind = Literal["oco", "bracket"]
OrderRole = Literal["entry", "stop", "target", "reduce", "foreign"]
OrderStatus = Literal[
    "pending_new", "accepted", "new", "held", "partially_filled", "pending_cancel", "pending_replace", "suspended",
    "stopped", "calculated", "done_for_day", "unknown", "filled", "canceled", "expired", "replaced", "rejected",
]
Event = Literal[
    "accepted", "new", "held", "partial_fill", "fill", "cancel_requested", "pending_cancel", "cancel_rejected",
    "canceled", "expired", "replace_requested", "pending_replace", "replace_rejected", "replaced", "restated",
    "rejected", "suspended", "stopped", "calculated", "done_for_day", "timed_out", "not_found",
]


@dataclass(frozen=True)
class NewOrder:
    """The terms of an order, as the core made them."""

    client_order_id: ClientOrderID
    symbol: Symbol
    side: Side
    type: OrderType
    quantity: Quantity
    time_in_force: TimeInForce
    role: OrderRole
    limit_price: Price | None = None
    stop_price: Price | None = None
    trail_amount: Price | None = None


@dataclass(frozen=True)
class Order:
    """An order as it is now."""

    terms: NewOrder
    status: OrderStatus
    filled_quantity: Quantity
    submitted_at: Time
    updated_at: Time
    group_id: OrderGroupID | None = None
    group_kind: GroupKind | None = None
    broker_order_id: BrokerOrderID | None = None
    status_before_pending: OrderStatus | None = None
    average_fill_price: Price | None = None
    reason: str | None = None
    replaces_order: ClientOrderID | None = None
    terms_at: Time | None = None


@dataclass(frozen=True)
class Execution:
    """One report of the broker about one order. ``execution_id`` never changes; ``at`` is the venue's time."""

    client_order_id: ClientOrderID
    event: Event
    at: Time
    broker_order_id: BrokerOrderID | None = None
    execution_id: ExecutionID | None = None
    price: Price | None = None
    quantity: Quantity | None = None
    cumulative_quantity: Quantity | None = None
    average_price: Price | None = None
    reason: str | None = None
    terms: NewOrder | None = None
    #: What the broker and the venue took for it, negative for a rebate, and what the state took. Since protocol 1.2.
    fees: Money | None = None
    taxes: Money | None = None


@dataclass(frozen=True)
class Corrected:
    """An execution as it is after all; ``execution_id`` is its own, or that of the first."""

    execution_id: ExecutionID
    quantity: Quantity
    price: Price
    fees: Money | None = None
    taxes: Money | None = None


@dataclass(frozen=True)
class ExecutionCorrection:
    """The broker takes an execution back, or says that it was another one: ``corrected``. Since protocol 1.2."""

    client_order_id: ClientOrderID
    execution_id: ExecutionID
    at: Time
    corrected: Corrected | None = None
    reason: str | None = None


@dataclass(frozen=True)
class CashMovement:
    """Cash that came or went by no execution; ``amount`` is negative when it goes out. Since protocol 1.2.

    ``kind``: deposit, withdrawal, dividend, interest, fee, tax or other. ``id`` is the broker's, and never another one for the
    same movement; told again with another amount, that one counts, and zero takes it back. ``at`` is when the cash changed.
    """

    id: CashMovementID
    kind: str
    amount: Money
    at: Time
    symbol: Symbol | None = None
    reason: str | None = None


@dataclass(frozen=True)
class OrderAnswer:
    """The answer to a query; without ``order`` when the adapter never had it. Say that only when it is sure."""

    client_order_id: ClientOrderID
    executions: tuple[Execution, ...]
    order: Order | None = None


@dataclass(frozen=True)
class BrokerAccount:
    """The account as the broker has it."""

    id: AccountID
    currency: str
    cash: Money
    equity: Money
    buying_power: Money


@dataclass(frozen=True)
class BrokerPosition:
    """A holding as the broker has it; a negative quantity is short."""

    symbol: Symbol
    quantity: Quantity
    average_price: Price


@dataclass(frozen=True)
class LeftOut:
    """A row of the broker's lists that the protocol cannot say. The core tells a person of it and manages the others.

    ``name`` is what the broker calls it; ``symbol`` and ``client_order_id`` stand there where they can be said.
    """

    list: Literal["positions", "open_orders"]
    name: str
    reason: str
    symbol: Symbol | None = None
    client_order_id: ClientOrderID | None = None


@dataclass(frozen=True)
class BrokerState:
    """The broker's state at one moment: every order that is not over, ``held`` legs included.

    A row that cannot be said on the wire is left out by the kit, and named in ``left_out``: the others are managed.
    ``cash_movements`` are those of the last days; all of them are in ``account``.
    """

    account: BrokerAccount
    positions: tuple[BrokerPosition, ...]
    open_orders: tuple[Order, ...]
    at: Time
    left_out: tuple[LeftOut, ...] | None = None
    cash_movements: tuple[CashMovement, ...] | None = None


@dataclass(frozen=True)
class Submit:
    """Orders that are taken or refused as a whole."""

    TAG: ClassVar = "submit"
    orders: Annotated[tuple[NewOrder, ...], Count(1, 1_000_000)]
    group_id: OrderGroupID | None = None
    group_kind: GroupKind | None = None


@dataclass(frozen=True)
class Cancel:
    """May come twice for one order."""

    TAG: ClassVar = "cancel"
    client_order_id: ClientOrderID


@dataclass(frozen=True)
class Replace:
    """What is None stays as it is. ``new_client_order_id`` comes where ``replacement`` is ``new_id``."""

    TAG: ClassVar = "replace"
    client_order_id: ClientOrderID
    new_client_order_id: ClientOrderID | None = None
    quantity: Quantity | None = None
    limit_price: Price | None = None
    stop_price: Price | None = None


@dataclass(frozen=True)
class Query:
    """What is this order now?"""

    TAG: ClassVar = "query"
    client_order_id: ClientOrderID


@dataclass(frozen=True)
class Reconcile:
    """What do you have?"""

    TAG: ClassVar = "reconcile"


Command = Submit | Cancel | Replace | Query | Reconcile


@dataclass(frozen=True)
class PriceIncrement:
    """The grid of prices, from one unit of the currency on and below it."""

    at_or_above_one: Price
    below_one: Price


@dataclass(frozen=True)
class TypeIncrement:
    """The step of quantities in orders of one type, such as whole shares in stops where parts are sold at market only."""

    type: OrderType
    quantity_increment: Quantity


@dataclass(frozen=True)
class SessionRule:
    """What is taken in one session, such as limit orders alone after hours."""

    session: Session
    order_types: tuple[OrderType, ...]


#: When the day of a day order is over: with regular trading, with trading after hours, or at midnight UTC.
DayOrderEnd = Literal["regular_close", "after_hours_close", "midnight_utc"]


@dataclass(frozen=True)
class Asset:
    """Where one symbol differs from the capabilities."""

    symbol: Symbol
    price_increment: PriceIncrement | None = None
    quantity_increment: Quantity | None = None
    minimum_quantity: Quantity | None = None
    minimum_notional: Money | None = None
    order_types: tuple[OrderType, ...] | None = None
    groups: tuple[GroupKind, ...] | None = None
    quantity_increments: tuple[TypeIncrement, ...] | None = None
    day_orders_end: DayOrderEnd | None = None


@dataclass(frozen=True)
class Capabilities:
    """What an adapter can do; each that is not declared has the careful default of PROTOCOL.md."""

    order_types: tuple[OrderType, ...]
    time_in_force: tuple[TimeInForce, ...]
    price_increment: PriceIncrement
    quantity_increment: Quantity
    groups: tuple[GroupKind, ...] = ()
    replaces_price: bool = False
    replaces_quantity: bool = False
    reserves_shares: bool = True
    wants_market_data: bool = False
    replacement: Literal["in_place", "new_id", "cancel_new", "not_atomic"] | None = None
    replacement_quantity: Literal["total", "remaining"] | None = None
    minimum_quantity: Quantity | None = None
    assets: tuple[Asset, ...] | None = None
    idempotency: Literal["rejects_duplicates", "look_up", "none"] | None = None
    executions: Literal["each", "cumulative"] | None = None
    replays_events: bool | None = None
    positions: Literal["net", "hedged"] | None = None
    refuses_self_cross: bool | None = None
    sessions: tuple[Session, ...] | None = None
    arrival_limit: Span | None = None
    report_lag: Span | None = None
    orders_per_minute: Annotated[int, Range(1, 2**63 - 1)] | None = None
    minimum_notional: Money | None = None
    quantity_increments: tuple[TypeIncrement, ...] | None = None
    session_rules: tuple[SessionRule, ...] | None = None
    day_orders_end: DayOrderEnd | None = None
