"""A venue in a file: market, limit and stop orders, filled whole at the quotes that the core sees.

Replace `Books` by calls of your broker. What must stay so is what `bigbrother check` tries: an id is placed once, what was
said is known after kill -9, nothing is said that is not known.
"""
import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any

from bigbrother_plugin import (
    Bounds, BrokerAccount, BrokerAdapter, BrokerContext, BrokerPosition, BrokerState, Cancel, Capabilities, Execution,
    Market, NewOrder, Order, OrderAnswer, PriceIncrement, Query, Replace, Submit,
)
from bigbrother_plugin.orders import Event

OVER = {"filled", "canceled", "rejected"}


@dataclass(frozen=True)
class Settings:
    cash: Annotated[Decimal, Bounds(at_least=0)]


@dataclass
class Books:
    """What the venue knows. `words` are the last words on each order, `fills` all of its executions."""

    cash: Decimal
    orders: dict[str, Order] = field(default_factory=dict)
    words: dict[str, Execution] = field(default_factory=dict)
    fills: dict[str, list[Execution]] = field(default_factory=dict)
    held: dict[str, Decimal] = field(default_factory=dict)
    prices: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


class ExampleBroker(BrokerAdapter[Settings]):
    settings_class = Settings
    capabilities = Capabilities(
        order_types=("market", "limit", "stop"), time_in_force=("gtc",), replaces_price=True, replaces_quantity=True,
        reserves_shares=False, wants_market_data=True, idempotency="rejects_duplicates",
        price_increment=PriceIncrement(at_or_above_one=Decimal("0.01"), below_one=Decimal("0.0001")),
        quantity_increment=Decimal(1),
    )

    def __init__(self, settings: Settings, context: BrokerContext) -> None:
        super().__init__(settings, context)
        self.path = context.state_directory / "example-broker.books"
        self.books = pickle.loads(self.path.read_bytes()) if self.path.exists() else Books(settings.cash)

    def keep(self, words: Iterator[Execution]) -> list[Execution]:
        """Whole on the disk before anything of it is reported."""
        said = list(words)
        fresh = self.path.with_suffix(".new")
        with open(fresh, "wb") as file:
            pickle.dump(self.books, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self.path)
        return said

    # What the core asks for.

    def submit(self, submission: Submit) -> list[Execution]:
        return self.keep(self._submit(submission))

    def _submit(self, submission: Submit) -> Iterator[Execution]:
        known = [self.books.words[one.client_order_id] for one in submission.orders if one.client_order_id in self.books.orders]
        if known:
            yield from known
            return
        why = next((defect for one in submission.orders if (defect := self._defect(one))), None)
        if submission.group_kind is not None:
            why = f"there are no {submission.group_kind} groups here"
        for terms in submission.orders:
            now = self.context.now
            self.books.orders[terms.client_order_id] = Order(
                terms, "rejected" if why else "new", Decimal(0), now, now, reason=why)
            yield self._say(terms.client_order_id, "rejected" if why else "new", reason=why)
        for symbol in {one.symbol for one in submission.orders}:
            yield from self._match(symbol)

    def _defect(self, terms: NewOrder) -> str | None:
        if terms.type not in self.capabilities.order_types or terms.time_in_force != "gtc":
            return f"there are no {terms.time_in_force} {terms.type} orders here"
        needed = {"limit": terms.limit_price, "stop": terms.stop_price}.get(terms.type, Decimal(1))
        return None if needed and needed > 0 and terms.quantity > 0 else "a price and a quantity are above zero"

    def cancel(self, cancel: Cancel) -> list[Execution]:
        return self.keep(self._cancel(cancel.client_order_id))

    def _cancel(self, identity: str) -> Iterator[Execution]:
        order = self.books.orders.get(identity)
        if order is None or order.status in OVER:
            yield Execution(identity, "cancel_rejected", self.context.now, reason="it is over, or was never here")
        else:
            self._change(order, status="canceled")
            yield self._say(identity, "canceled")

    def replace(self, replace: Replace) -> list[Execution]:
        return self.keep(self._replace(replace))

    def _replace(self, wish: Replace) -> Iterator[Execution]:
        order = self.books.orders.get(wish.client_order_id)
        if order is None or order.status in OVER:
            yield Execution(wish.client_order_id, "replace_rejected", self.context.now, reason="it is over, or was never here")
            return
        changes = {key: value for key in ("quantity", "limit_price", "stop_price")
                   if (value := getattr(wish, key)) is not None}
        changed = self._change(order, terms=replace(order.terms, **changes))
        yield self._say(wish.client_order_id, "restated", terms=changed.terms)
        yield from self._match(order.terms.symbol)

    def query(self, query: Query) -> OrderAnswer:
        identity = query.client_order_id
        return OrderAnswer(identity, tuple(self.books.fills.get(identity, ())), self.books.orders.get(identity))

    def reconcile(self) -> BrokerState:
        held = {symbol: quantity for symbol, quantity in self.books.held.items() if quantity}
        worth = self.books.cash + sum(quantity * self.books.prices[symbol][0] for symbol, quantity in held.items())
        return BrokerState(
            account=BrokerAccount(self.context.account, "USD", self.books.cash, worth, max(Decimal(0), self.books.cash)),
            positions=tuple(BrokerPosition(symbol, quantity, self._average(symbol)) for symbol, quantity in held.items()),
            open_orders=tuple(order for order in self.books.orders.values() if order.status not in OVER),
            at=self.context.now,
        )

    def _average(self, symbol: str) -> Decimal:
        """Of the last fill; a broker knows it better."""
        return next(word.price for words in reversed(self.books.fills.values()) for word in words
                    if self.books.orders[word.client_order_id].terms.symbol == symbol and word.price)

    # What the market does.

    def market(self, update: Market) -> list[Execution]:
        return self.keep(self._market(update))

    def _market(self, update: Market) -> Iterator[Execution]:
        for quote in update.quotes or ():
            if quote.bid and quote.ask and not quote.is_halted:
                self.books.prices[quote.symbol] = (quote.bid, quote.ask)
                yield from self._match(quote.symbol)

    def _match(self, symbol: str) -> Iterator[Execution]:
        for order in [one for one in self.books.orders.values() if one.status == "new" and one.terms.symbol == symbol]:
            if symbol in self.books.prices and self._is_reached(order.terms):
                yield self._fill(order)

    def _is_reached(self, terms: NewOrder) -> bool:
        bid, ask = self.books.prices[terms.symbol]
        price, sign = (ask, -1) if terms.side == "buy" else (bid, 1)
        if terms.type == "limit" and terms.limit_price is not None:
            return price * sign >= terms.limit_price * sign
        if terms.type == "stop" and terms.stop_price is not None:
            return price * sign <= terms.stop_price * sign
        return True

    def _fill(self, order: Order) -> Execution:
        terms = order.terms
        price = self.books.prices[terms.symbol][1 if terms.side == "buy" else 0]
        signed = terms.quantity if terms.side == "buy" else -terms.quantity
        self.books.cash -= signed * price
        self.books.held[terms.symbol] = self.books.held.get(terms.symbol, Decimal(0)) + signed
        self._change(order, status="filled", filled_quantity=terms.quantity)
        word = self._say(terms.client_order_id, "fill", execution_id=f"example-broker-{terms.client_order_id}", price=price,
                         quantity=terms.quantity)
        self.books.fills[terms.client_order_id] = [word]
        return word

    def _change(self, order: Order, **changes: Any) -> Order:
        changed = replace(order, updated_at=self.context.now, **changes)
        self.books.orders[order.terms.client_order_id] = changed
        return changed

    def _say(self, identity: str, event: Event, **fields: Any) -> Execution:
        filled = self.books.orders[identity].filled_quantity
        word = Execution(identity, event, self.context.now, cumulative_quantity=filled, **fields)
        self.books.words[identity] = word
        return word


if __name__ == "__main__":
    ExampleBroker.run()
