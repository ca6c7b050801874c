"""A policy that speaks exactly protocol 1.0, as proto/PROTOCOL.md had it before commit 02ba937.

FROZEN. It stands for every plugin that was written then, and is never changed: VersionTests has its hash.
It takes nothing on trust: what 1.0 does not have ends it, with the reason, and all that it hears stands in
`frozen-policy.heard` of the state directory for a validator with the schemas of 1.0.
"""
import json
import os
import sys

import zmq

HEADER = {"v", "type", "id", "session", "epoch", "seq", "cycle", "re", "budget_milliseconds"}
TYPES = {"welcome", "refused", "error", "drain", "heartbeat", "evaluate"}
launch = json.loads(sys.stdin.readline())
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 200
socket.connect(launch["endpoint"])
session, sent, epoch, last, heard, stop_price = "", 0, 0, 0, None, "1"


def send(kind, body, question=None):
    global sent
    sent += 1
    header = {"v": "1.0", "type": kind, "id": str(sent), "session": session, "epoch": epoch, "seq": sent}
    if question is not None:
        header["re"] = question["id"]
        if "cycle" in question:
            header["cycle"] = question["cycle"]
    socket.send_multipart([json.dumps(header).encode(), json.dumps(body).encode()])


def give_up(why):
    print("not protocol 1.0:", why, flush=True)
    sys.exit(9)


def take(header, body):
    global session, epoch, last, heard, stop_price
    if set(header) - HEADER:
        give_up(f"header fields {sorted(set(header) - HEADER)}")
    if header["type"] not in TYPES:
        give_up(f"a message {header['type']}")
    if header["v"].split(".")[0] != "1":
        give_up(f"version {header['v']}")
    epoch = max(epoch, header["epoch"])
    kind = header["type"]
    if kind == "welcome":
        session, last = header["session"], header["seq"]
        stop_price = body["settings"].get("stop_price", "186.23")
        heard = open(os.path.join(body["state_directory"], "frozen-policy.heard"), "a")
        send("ready", {}, header)
    elif header["session"] == session and header["seq"] != last + 1:
        give_up(f"message {header['seq']} after {last}")
    else:
        last = header["seq"]
    if heard is not None:
        heard.write(json.dumps({"header": header, "body": body}) + "\n")
        heard.flush()
    if kind == "heartbeat":
        send("heartbeat", {}, header)
    elif kind == "evaluate":
        send("recommendations", {"recommendations": [
            {"symbol": position["symbol"], "advice": {"protect": {"stop_price": stop_price}}, "urgency": "high",
             "reason": "frozen at 1.0"} for position in body["positions"]]}, header)
    elif kind == "drain":
        send("bye", {"reason": "drained"})
        sys.exit(0)
    elif kind == "refused":
        sys.exit(3)


send("hello", {"name": launch["name"], "role": "policy", "version": "1.0.0", "speaks": {"major": 1, "minor": 0},
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
