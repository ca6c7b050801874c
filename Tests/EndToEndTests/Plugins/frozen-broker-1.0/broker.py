"""A broker adapter that speaks exactly protocol 1.0, as proto/PROTOCOL.md had it before commit 02ba937.

FROZEN. It stands for every adapter that was written then, and is never changed: VersionTests has its hash.
It holds 287 NVDA, rests what it is sent and fills nothing. What 1.0 does not have ends it, with the reason, and all that it
hears stands in `frozen-broker.heard` of the state directory for a validator with the schemas of 1.0.
"""
import json
import os
import sys
import time

import zmq

HEADER = {"v", "type", "id", "session", "epoch", "seq", "cycle", "re", "budget_milliseconds"}
TYPES = {"welcome", "refused", "error", "drain", "heartbeat", "command"}
TERMS = {"client_order_id", "symbol", "side", "type", "quantity", "limit_price", "stop_price", "trail", "time_in_force", "role",
         "replaces_order"}
CAPABILITIES = {
    "order_types": ["market", "limit", "stop", "stop_limit"], "time_in_force": ["day", "gtc"], "groups": ["oco"],
    "replaces_price": True, "replaces_quantity": True, "reserves_shares": True, "wants_market_data": False,
    "price_increment": {"at_or_above_one": "0.01", "below_one": "0.0001"}, "quantity_increment": "1"}
launch = json.loads(sys.stdin.readline())
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 200
socket.connect(launch["endpoint"])
session, sent, epoch, last, heard, account = "", 0, 0, 0, None, ""
orders = {}


def now():
    return str(time.time_ns())


def send(kind, body, re=None):
    global sent
    sent += 1
    header = {"v": "1.0", "type": kind, "id": str(sent), "session": session, "epoch": epoch, "seq": sent}
    if re is not None:
        header["re"] = re
    socket.send_multipart([json.dumps(header).encode(), json.dumps(body).encode()])


def give_up(why):
    print("not protocol 1.0:", why, flush=True)
    sys.exit(9)


def say(order, event, re, **more):
    send("execution", {"client_order_id": order["terms"]["client_order_id"], "broker_order_id": order["broker_order_id"],
                       "event": event, "at": now(), "cumulative_quantity": "0", **more}, re)


def described(order):
    return {key: value for key, value in order.items() if key != "broker_order_id"}


def obey(command, re):
    (what, body), = command.items()
    if what == "submit":
        for terms in body["orders"]:
            if set(terms) - TERMS:
                give_up(f"terms {sorted(set(terms) - TERMS)}")
            name = terms["client_order_id"]
            if name not in orders:
                orders[name] = {"terms": terms, "status": "new", "filled_quantity": "0", "submitted_at": now(),
                                "updated_at": now(), "broker_order_id": f"b{len(orders) + 1}"}
                orders[name] |= {key: body[key] for key in ("group_id", "group_kind") if key in body}
            say(orders[name], orders[name]["status"], re)
    elif what == "cancel":
        order = orders[body["client_order_id"]]
        order["status"] = "canceled"
        say(order, "canceled", re)
    elif what == "replace":
        order = orders[body["client_order_id"]]
        order["terms"] |= {key: body[key] for key in ("quantity", "limit_price", "stop_price") if key in body}
        say(order, "restated", re, terms=order["terms"])
    elif what == "query":
        answer = {"client_order_id": body["client_order_id"], "executions": []}
        if body["client_order_id"] in orders:
            answer["order"] = described(orders[body["client_order_id"]])
        send("order_answer", answer, re)
    elif what == "reconcile":
        send("broker_state", {
            "account": {"id": account, "currency": "USD", "cash": "74934.91", "equity": "129198", "buying_power": "74934.91"},
            "positions": [{"symbol": "NVDA", "quantity": "287", "average_price": "184.8644"}],
            "open_orders": [described(order) for order in orders.values() if order["status"] == "new"], "at": now()}, re)
    else:
        give_up(f"a command {what}")
    send("done", {}, re)


def take(header, body):
    global session, epoch, last, heard, account
    if set(header) - HEADER:
        give_up(f"header fields {sorted(set(header) - HEADER)}")
    if header["type"] not in TYPES:
        give_up(f"a message {header['type']}")
    kind = header["type"]
    if kind == "welcome":
        session, last, account = header["session"], header["seq"], body["account"]
        heard = open(os.path.join(body["state_directory"], "frozen-broker.heard"), "a")
        send("ready", {"capabilities": CAPABILITIES}, header["id"])
    elif header["session"] == session and header["seq"] != last + 1:
        give_up(f"message {header['seq']} after {last}")
    else:
        last = header["seq"]
    if heard is not None:
        heard.write(json.dumps({"header": header, "body": body}) + "\n")
        heard.flush()
    if kind == "heartbeat":
        send("heartbeat", {}, header["id"])
    elif kind == "command":
        if header["epoch"] < epoch:
            return send("error", {"reason": "the epoch is over"}, header["id"])
        epoch = header["epoch"]
        obey(body, header["id"])
    elif kind == "drain":
        send("bye", {"reason": "drained"})
        sys.exit(0)
    elif kind == "refused":
        sys.exit(3)


send("hello", {"name": launch["name"], "role": "broker", "version": "1.0.0", "speaks": {"major": 1, "minor": 0},
               "token": launch["token"]})
poller = zmq.Poller()
poller.register(socket, zmq.POLLIN)
poller.register(sys.stdin.fileno(), zmq.POLLIN)
while True:
    ready = dict(poller.poll())
    if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1):
        sys.exit(0)
    if socket in ready:
        frames = socket.recv_multipart()
        if len(frames) != 2:
            give_up(f"{len(frames)} frames")
        take(json.loads(frames[0]), json.loads(frames[1]))
