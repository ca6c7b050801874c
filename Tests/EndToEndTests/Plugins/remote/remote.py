"""A policy on another host, written from PROTOCOL.md alone; it behaves as its first argument says, and after SIGUSR1 as
its second: fine, flood, hellos (hello after hello), broker (speaks as one), churn (buys what it does not hold, sells it)."""
import json
import os
import signal
import sys

import zmq

mode = sys.argv[1]


def change(*_):
    global mode
    mode = sys.argv[2]


if len(sys.argv) > 2:
    signal.signal(signal.SIGUSR1, change)
    # A process inherits what the thread that starts it has blocked.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
with open(os.environ["BIGBROTHER_KEY_FILE"]) as file:
    key = json.load(file)
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 0
socket.curve_publickey = key["public_key"].encode()
socket.curve_secretkey = key["secret_key"].encode()
server = os.environ["BIGBROTHER_SERVER_KEY"]
if os.path.exists(server):
    with open(server) as file:
        server = json.load(file)["public_key"]
socket.curve_serverkey = server.encode()
socket.connect(os.environ["BIGBROTHER_ENDPOINT"])
session, sent = "", 0


def send(kind, body, re=None, cycle=None):
    global sent
    sent += 1
    header = {"v": "1.0", "type": kind, "id": str(sent), "session": session, "epoch": 0, "seq": sent}
    if re is not None:
        header["re"] = re
    if cycle is not None:
        header["cycle"] = cycle
    socket.send_multipart([json.dumps(header).encode(), json.dumps(body).encode()])


def hello():
    send("hello", {"name": os.environ["BIGBROTHER_NAME"], "role": "policy", "version": "1.0.0",
                   "speaks": {"major": 1, "minor": 0}})


def misbehave():
    while mode == "flood":
        send("recommendations", {"recommendations": []}, "nothing", 0)
    while mode == "hellos":
        hello()
    if mode == "broker":
        send("execution", {"client_order_id": "x", "event": "fill", "at": "0"})


def advice(whole):
    # A stop rests as long as the position is held; an entry or an exit on its way is awaited.
    busy = [order for order in whole["orders"] if order["symbol"] == "BRVO" and order["role"] != "stop"]
    if mode != "churn" or busy:
        return []
    if any(position["symbol"] == "BRVO" for position in whole["positions"]):
        wish = {"exit": {}}
    else:
        wish = {"enter": {"side": "buy", "quantity": "10", "stop": {"stop_price": "105"}}}
    return [{"symbol": "BRVO", "advice": wish, "urgency": "medium", "reason": "it churns"}]


hello()
while True:
    # The core may have somebody else's session, and is asked again.
    while not session and not socket.poll(250):
        hello()
    header, body = map(json.loads, socket.recv_multipart())
    kind = header["type"]
    if kind == "welcome":
        session = body["session"]
        print("welcome", flush=True)
        if mode != "broker":
            misbehave()
        send("ready", {}, header["id"])
        misbehave()
    elif kind == "refused":
        print("refused", body["reason"], flush=True)
        sys.exit(3)
    elif kind == "heartbeat":
        misbehave()
        send("heartbeat", {}, header["id"])
    elif kind == "evaluate":
        send("recommendations", {"recommendations": advice(body)}, header["id"], header["cycle"])
    elif kind == "drain":
        send("bye", {"reason": "drained"})
        socket.linger = 200
        sys.exit(0)
