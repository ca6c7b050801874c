"""A venue behind its adapter, kept in a file, and one fault. `broker.py FAULT`; `none` is sound."""
import json
import os
import sys
from decimal import Decimal

from wire import Plugin

ORDER = {"client_order_id", "symbol", "side", "type", "quantity", "limit_price", "stop_price", "trail_amount",
         "time_in_force", "role"}
CHOICES = {"side": {"buy", "sell"}, "type": {"market", "limit", "stop"}, "time_in_force": {"gtc"},
           "role": {"entry", "stop", "target", "reduce", "foreign"}}
OVER = {"filled", "canceled", "rejected"}


def decimal(text):
    if not isinstance(text, str) or not text.lstrip("-").replace(".", "", 1).isdigit():
        raise ValueError(f"{text!r} is no decimal")
    return Decimal(text)


class Venue:
    """Deterministic: the same requests give the same books."""

    def __init__(self, fault, cash, foreign):
        self.fault, self.cash, self.time = fault, decimal(str(cash)), "0"
        self.orders, self.prices, self.positions, self.costs, self.words = {}, {}, {}, {}, []
        for terms in foreign:
            self.orders[terms["client_order_id"]] = self.made(terms, "new", None)

    def made(self, terms, status, group):
        return {"terms": terms, "status": status, "filled": Decimal(0), "executions": [], "group": group}

    def say(self, identity, event, **fields):
        order = self.orders.get(identity)
        if event in ("canceled",) and self.fault != "no-count":
            fields["cumulative_quantity"] = str(order["filled"])
        word = {"client_order_id": identity, "event": event, "at": self.time, **fields}
        if order is not None and event not in ("cancel_rejected", "replace_rejected"):
            order["words"] = [*order.get("words", []), word]
        self.words.append(word)

    def submit(self, command):
        orders, group = command["orders"], command.get("group_id")
        known = [terms["client_order_id"] for terms in orders if terms["client_order_id"] in self.orders]
        if known and self.fault != "doubles":
            for identity in known:
                order = self.orders[identity]
                self.words.append({**(order["executions"] or order["words"])[-1], "reason": "known already"})
            return
        bad = [terms for terms in orders if decimal(terms.get("limit_price", "1")) <= 0
               or decimal(terms.get("stop_price", "1")) <= 0 or decimal(terms["quantity"]) <= 0]
        for terms in orders:
            identity = terms["client_order_id"]
            refused = terms in bad if self.fault == "half-submission" else bool(bad)
            if refused:
                self.orders[identity] = self.made(terms, "rejected", group)
                self.say(identity, "rejected", reason="a price or a quantity is not above zero")
            elif identity in self.orders:
                self.execute(identity)
            else:
                self.orders[identity] = self.made(terms, "new", group)
                self.say(identity, "new")
        self.match()

    def cancel(self, command):
        identity = command["client_order_id"]
        order = self.orders.get(identity)
        lies = self.fault == "cancels-what-is-filled" and order and order["status"] == "filled"
        if order is None or order["status"] in OVER and not lies:
            return self.say(identity, "cancel_rejected", reason="it is over, or unknown")
        self.end(identity)

    def end(self, identity):
        self.orders[identity]["status"] = "canceled"
        self.say(identity, "canceled")
        self.others(identity)

    def others(self, identity):
        group = self.orders[identity]["group"]
        for other, order in list(self.orders.items()):
            if group and order["group"] == group and order["status"] == "new" and self.fault != "forgets-the-other-leg":
                order["status"] = "canceled"
                self.say(other, "canceled")

    def replace(self, command):
        identity = command["client_order_id"]
        order = self.orders.get(identity)
        if order is None or order["status"] in OVER:
            return self.say(identity, "replace_rejected", reason="it is over, or unknown")
        changed = {key: command[key] for key in ("quantity", "limit_price", "stop_price") if key in command}
        order["terms"] = {**order["terms"], **changed}
        self.say(identity, "restated", terms=order["terms"])
        self.match()

    def market(self, update):
        self.time = update["at"]
        for quote in update.get("quotes", []):
            self.prices[quote["symbol"]] = (decimal(quote["bid"]), decimal(quote["ask"]))
        self.match()

    def match(self):
        for identity, order in list(self.orders.items()):
            if order["status"] != "new" or order["terms"]["symbol"] not in self.prices:
                continue
            terms, (bid, ask) = order["terms"], self.prices[order["terms"]["symbol"]]
            buys = terms["side"] == "buy"
            price = ask if buys else bid
            if terms["type"] == "limit" and self.fault != "invents-a-fill":
                limit = decimal(terms["limit_price"])
                if price > limit if buys else price < limit:
                    continue
            if terms["type"] == "stop":
                stop = decimal(terms["stop_price"])
                if price < stop if buys else price > stop:
                    continue
            self.execute(identity)

    def execute(self, identity):
        order = self.orders[identity]
        terms = order["terms"]
        symbol, quantity = terms["symbol"], decimal(terms["quantity"])
        bid, ask = self.prices[symbol]
        buys = terms["side"] == "buy"
        price = ask if buys else bid
        signed = quantity if buys else -quantity
        number = sum(len(other["executions"]) for other in self.orders.values()) + 1
        if self.fault != "keeps-no-position":
            self.positions[symbol] = self.positions.get(symbol, Decimal(0)) + signed
        self.cash -= signed * price
        self.costs[symbol] = price
        order["status"], order["filled"] = "filled", quantity
        word = {"client_order_id": identity, "event": "fill", "execution_id": f"e{number}", "price": str(price),
                "quantity": str(quantity), "cumulative_quantity": str(quantity), "at": self.time}
        order["executions"].append(word)
        self.words.append(word)
        self.others(identity)

    def shown(self, identity):
        order = self.orders[identity]
        shown = {"terms": order["terms"], "status": order["status"], "filled_quantity": str(order["filled"]),
                 "submitted_at": self.time, "updated_at": self.time}
        if order["group"]:
            shown |= {"group_id": order["group"], "group_kind": "oco"}
        return shown

    def quantity(self, symbol):
        if self.fault != "floats":
            return str(self.positions[symbol])
        orders = [order for order in self.orders.values() if order["terms"]["symbol"] == symbol]
        return str(sum(float(word["quantity"]) * (1 if order["terms"]["side"] == "buy" else -1)
                       for order in orders for word in order["executions"]))

    def state(self):
        worth = self.cash + sum(self.positions[name] * self.prices[name][0] for name in self.positions)
        hidden = {"foreign"} if self.fault == "hides-foreign" else set()
        return {"account": {"id": "check", "currency": "USD", "cash": str(self.cash), "equity": str(worth),
                            "buying_power": str(max(Decimal(0), self.cash))},
                "positions": [{"symbol": name, "quantity": self.quantity(name), "average_price": str(self.costs[name])}
                              for name in self.positions if self.positions[name]],
                "open_orders": [self.shown(name) for name, order in self.orders.items()
                                if order["status"] not in OVER and order["terms"]["role"] not in hidden],
                "at": self.time}


class Broker(Plugin):
    role, keys, venue = "broker", ("cash", "foreign"), None

    def start(self, header, body):
        first = self.venue is None
        self.folder = body["state_directory"]
        if first:
            decimal(str(self.settings["cash"]))
            self.venue = Venue(self.fault, self.settings["cash"], self.settings.get("foreign", []))
            self.highest = 0
            self.log = open(os.path.join(self.folder, "venue.log"), "a+", encoding="utf-8")
            self.recover()
        self.send("ready", {"capabilities": {
            "order_types": ["market", "limit", "stop"], "time_in_force": ["gtc"], "groups": ["oco"],
            "replaces_price": True, "replaces_quantity": True, "reserves_shares": False, "wants_market_data": True,
            "price_increment": {"at_or_above_one": "0.01", "below_one": "0.0001"}, "quantity_increment": "0.1",
            "idempotency": "rejects_duplicates", "replays_events": True}}, re=header["id"])
        if not first and self.fault != "drops-the-cursor":
            for order in self.venue.orders.values():
                for word in order["executions"]:
                    self.send("execution", word)

    def take(self, settings):
        super().take(settings)
        if isinstance(settings["cash"], bool) or not isinstance(settings.get("foreign", []), list):
            raise ValueError("cash is a number, foreign a list")
        decimal(str(settings["cash"]))

    def recover(self):
        self.log.seek(0)
        for line in self.log:
            kind, body = json.loads(line)
            if kind == "epoch":
                self.highest = body
            elif self.fault != "forgets":
                getattr(self.venue, kind)(body)
        self.venue.words = []

    def keep(self, kind, body):
        self.log.write(json.dumps([kind, body]) + "\n")
        self.log.flush()

    def check(self, command):
        """Commands are strict."""
        if len(command) != 1 or not set(command) <= {"submit", "cancel", "replace", "query", "reconcile"}:
            raise ValueError(f"unknown command {sorted(command)}")
        kind, body = next(iter(command.items()))
        if self.fault == "lenient":
            return kind, body
        known = {"submit": {"orders", "group_id", "group_kind"}, "cancel": {"client_order_id"}, "reconcile": set(),
                 "query": {"client_order_id"},
                 "replace": {"client_order_id", "new_client_order_id", "quantity", "limit_price", "stop_price"}}[kind]
        if unknown := set(body) - known:
            raise ValueError(f"unknown field {unknown}")
        for terms in body.get("orders", []):
            if unknown := set(terms) - ORDER:
                raise ValueError(f"unknown field {unknown}")
            for key, choices in CHOICES.items():
                if terms[key] not in choices:
                    raise ValueError(f"{key} {terms[key]}")
            for key in ("quantity", "limit_price", "stop_price"):
                if key in terms or key == "quantity":
                    decimal(terms[key])
        return kind, body

    def down(self):
        return os.path.exists(os.path.join(self.folder, "venue-down"))

    def command(self, header, body):
        if header["epoch"] < self.highest and self.fault != "old-epoch":
            raise ValueError(f"epoch {header['epoch']} is over, {self.highest} trades")
        kind, body = self.check(body)
        if header["epoch"] > self.highest:
            self.highest = header["epoch"]
            if self.fault != "epoch-in-memory":
                self.keep("epoch", self.highest)
        if self.down():
            if kind == "query" and self.fault == "not-found-when-down":
                return self.send("order_answer", {"client_order_id": body["client_order_id"], "executions": []},
                                 re=header["id"])
            raise ValueError("the venue cannot be reached")
        if kind == "query":
            identity = body["client_order_id"]
            answer = {"client_order_id": identity, "executions": []}
            if identity in self.venue.orders:
                answer |= {"order": self.venue.shown(identity), "executions": self.venue.orders[identity]["executions"]}
            return self.send("order_answer", answer, re=header["id"])
        if kind == "reconcile":
            return self.send("broker_state", self.venue.state(), re=header["id"])
        self.keep(kind, body)
        getattr(self.venue, kind)(body)

    def answer(self, header, body):
        if header["type"] == "command":
            self.command(header, body)
        elif header["type"] == "market":
            self.keep("market", body)
            self.venue.market(body)
        else:
            raise ValueError(f"a broker adapter knows no {header['type']}")
        words, self.venue.words = self.venue.words, []
        for word in words:
            self.send("execution", word, re=header["id"])
        self.send("done", {}, re=header["id"])
        if self.fault == "done-twice" and header["type"] == "command":
            self.send("done", {}, re=header["id"])


Broker(sys.argv[1]).run()
