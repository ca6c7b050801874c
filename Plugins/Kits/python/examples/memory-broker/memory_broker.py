#!/usr/bin/env python3
"""A venue in the memory of its adapter: market, limit and stop orders, filled whole at the quotes that the core sees.

It shows what an adapter owes the core (PROTOCOL.md, "Broker adapters"). Its one lie would be the memory: a real venue keeps
its orders when the adapter dies, this one begins anew. So it is for trials, and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from bigbrother_plugin import (
    Bounds, BrokerAccount, BrokerAdapter, BrokerContext, BrokerPosition, BrokerState, Cancel, Capabilities, Execution, Market,
    NewOrder, Order, OrderAnswer, PriceIncrement, Query, Replace, SettingsError, Submit, round_down,
)

OVER = {"filled", "canceled", "rejected"}
#: Events that are kept to be told again.
KEPT_EVENTS = 10_000
MONEY, PRICE = Decimal("0.000001"), Decimal("0.00000001")


@dataclass(frozen=True)
class Holding:
    symbol: str
    quantity: Decimal
    average_price: Decimal


@dataclass(frozen=True)
class Settings:
    cash: Annotated[Decimal, Bounds(at_least=0)]
    currency: str = "USD"
    positions: tuple[Holding, ...] = ()

    def __post_init__(self) -> None:
        if len({holding.symbol for holding in self.positions}) < len(self.positions):
            raise SettingsError("a symbol stands twice", "positions")


class MemoryBroker(BrokerAdapter[Settings]):
    settings_class = Settings
    capabilities = Capabilities(
        order_types=("market", "limit", "stop"), time_in_force=("gtc",), replaces_price=True, replaces_quantity=True,
        reserves_shares=False, wants_market_data=True, idempotency="rejects_duplicates", replays_events=True,
        price_increment=PriceIncrement(at_or_above_one=Decimal("0.01"), below_one=Decimal("0.0001")),
        quantity_increment=Decimal(1),
    )

    def __init__(self, settings: Settings, context: BrokerContext) -> None:
        super().__init__(settings, context)
        self._cash = settings.cash
        self._holdings = {holding.symbol: holding for holding in settings.positions}
        self._orders: dict[str, Order] = {}
        self._executions: dict[str, list[Execution]] = {}
        self._prices: dict[str, tuple[Decimal, Decimal]] = {}
        #: What was said since the core last took our whole state: what it may have missed.
        self._since_reconcile: deque[Execution] = deque(maxlen=KEPT_EVENTS)

    # MARK: commands

    def submit(self, submission: Submit) -> Iterator[Execution]:
        known = [order for order in submission.orders if order.client_order_id in self._orders]
        if known:
            yield from (self._as_it_is(order.client_order_id) for order in known)
            return
        why = self._defect(submission)
        for terms in submission.orders:
            now = self.context.now
            order = Order(terms, "rejected" if why else "new", Decimal(0), now, now, reason=why)
            self._orders[terms.client_order_id] = order
            yield self._say(order, "rejected" if why else "new", reason=why)
            yield from self._match(terms.symbol)

    def cancel(self, cancel: Cancel) -> Iterable[Execution]:
        order = self._orders.get(cancel.client_order_id)
        if order is None or order.status in OVER:
            return [self._refusal(cancel.client_order_id, "cancel_rejected", order)]
        return [self._say(self._change(order, status="canceled"), "canceled")]

    def replace(self, replace_: Replace) -> Iterator[Execution]:
        order = self._orders.get(replace_.client_order_id)
        if order is None or order.status in OVER:
            yield self._refusal(replace_.client_order_id, "replace_rejected", order)
            return
        terms = replace(
            order.terms,
            quantity=order.terms.quantity if replace_.quantity is None else replace_.quantity,
            limit_price=order.terms.limit_price if replace_.limit_price is None else replace_.limit_price,
            stop_price=order.terms.stop_price if replace_.stop_price is None else replace_.stop_price,
        )
        yield self._say(self._change(order, terms=terms), "restated", terms=terms)
        yield from self._match(terms.symbol)

    def query(self, query: Query) -> OrderAnswer:
        known = self._executions.get(query.client_order_id, [])
        return OrderAnswer(query.client_order_id, tuple(known), self._orders.get(query.client_order_id))

    def reconcile(self) -> BrokerState:
        self._since_reconcile.clear()
        holdings = [holding for holding in self._holdings.values() if holding.quantity]
        worth = sum((holding.quantity * self._last(holding) for holding in holdings), self._cash)
        return BrokerState(
            account=BrokerAccount(
                self.context.account, self.settings.currency, round_down(self._cash, MONEY), round_down(worth, MONEY),
                round_down(self._cash, MONEY),
            ),
            positions=tuple(BrokerPosition(one.symbol, one.quantity, one.average_price) for one in holdings),
            open_orders=tuple(order for order in self._orders.values() if order.status not in OVER),
            at=self.context.now,
        )

    def replay(self) -> Iterable[Execution]:
        return list(self._since_reconcile)

    # MARK: the market

    def market(self, update: Market) -> Iterator[Execution]:
        symbols: dict[str, None] = {}
        for bar in update.bars or ():
            self._prices[bar.symbol] = (bar.close, bar.close)
            symbols[bar.symbol] = None
        for quote in update.quotes or ():
            if quote.bid is not None and quote.ask is not None and not quote.is_halted:
                self._prices[quote.symbol] = (quote.bid, quote.ask)
                symbols[quote.symbol] = None
        for symbol in symbols:
            yield from self._match(symbol)

    def _match(self, symbol: str) -> Iterator[Execution]:
        """Fills every resting order of a symbol that the price has reached, oldest first."""
        for order in list(self._orders.values()):
            if order.terms.symbol != symbol or order.status in OVER or symbol not in self._prices:
                continue
            bid, ask = self._prices[symbol]
            if order.terms.side == "buy" and _is_reached(order.terms, ask, -1):
                yield self._fill(order, ask)
            elif order.terms.side == "sell" and _is_reached(order.terms, bid, 1):
                yield self._fill(order, bid)

    def _fill(self, order: Order, price: Decimal) -> Execution:
        quantity = order.terms.quantity - order.filled_quantity
        signed = quantity if order.terms.side == "buy" else -quantity
        self._cash -= signed * price
        self._book(order.terms.symbol, signed, price)
        done = self._change(
            order, status="filled", filled_quantity=order.terms.quantity, average_fill_price=price
        )
        number = sum(map(len, self._executions.values())) + 1
        return self._say(done, "fill", execution_id=f"memory-x{number}", price=price, quantity=quantity)

    def _book(self, symbol: str, signed: Decimal, price: Decimal) -> None:
        held = self._holdings.get(symbol, Holding(symbol, Decimal(0), price))
        total = held.quantity + signed
        average = held.average_price
        if held.quantity * signed >= 0 and total:
            average = round_down((held.quantity * average + signed * price) / total, PRICE)
        elif held.quantity * total < 0:
            average = price
        self._holdings[symbol] = Holding(symbol, total, average)

    # MARK: what is said

    def _defect(self, submission: Submit) -> str | None:
        if submission.group_kind is not None:
            return f"there are no {submission.group_kind} groups here"
        for order in submission.orders:
            if order.type not in self.capabilities.order_types or order.time_in_force != "gtc":
                return f"there are no {order.time_in_force} {order.type} orders here"
            needed = {"limit": order.limit_price, "stop": order.stop_price}.get(order.type, order.quantity)
            if needed is None or needed <= 0 or order.quantity <= 0:
                return f"a {order.type} order has a price and a quantity above zero"
        return None

    def _change(self, order: Order, **changes: object) -> Order:
        changed = replace(order, updated_at=self.context.now, **changes)  # type: ignore[arg-type]
        self._orders[order.terms.client_order_id] = changed
        return changed

    def _say(self, order: Order, event: str, **fields: object) -> Execution:
        """A word about an order, kept for queries and for the next session. What is filled stands on every one."""
        execution = Execution(
            order.terms.client_order_id, event, self.context.now,  # type: ignore[arg-type]
            cumulative_quantity=order.filled_quantity, **fields,  # type: ignore[arg-type]
        )
        self._executions.setdefault(order.terms.client_order_id, []).append(execution)
        self._since_reconcile.append(execution)
        return execution

    def _as_it_is(self, client_order_id: str) -> Execution:
        """The answer to an id that came again: the last word about the first order, the same as it was."""
        return self._executions[client_order_id][-1]

    def _refusal(self, client_order_id: str, event: str, order: Order | None) -> Execution:
        why = "there is no such order" if order is None else f"it is {order.status}"
        filled = None if order is None else order.filled_quantity
        return Execution(
            client_order_id, event, self.context.now, reason=why, cumulative_quantity=filled  # type: ignore[arg-type]
        )

    def _last(self, holding: Holding) -> Decimal:
        return self._prices.get(holding.symbol, (holding.average_price, holding.average_price))[0]


def _is_reached(terms: NewOrder, price: Decimal, sign: int) -> bool:
    """``sign`` is 1 for a sale: it waits for a limit above, or for a stop below."""
    if terms.type == "limit":
        return terms.limit_price is not None and price * sign >= terms.limit_price * sign
    if terms.type == "stop":
        return terms.stop_price is not None and price * sign <= terms.stop_price * sign
    return True


if __name__ == "__main__":
    MemoryBroker.run()
