"""A policy that misbehaves: hang, garbage, crash, late, liar (speaks as a broker), flood, or fine."""
import json
import os
import sys
import time

import zmq

launch = json.loads(sys.stdin.readline())
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 200
socket.connect(launch["endpoint"])
session, sent, mode = "", 0, "fine"


def send(kind, body, re=None, cycle=None):
    global sent
    sent += 1
    header = {"v": "1.0", "type": kind, "id": str(sent), "session": session, "epoch": 0, "seq": sent}
    if re is not None:
        header["re"] = re
    if cycle is not None:
        header["cycle"] = cycle
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    socket.send_multipart([json.dumps(header).encode(), body])


def evaluate(header):
    cycle = header["cycle"]
    if mode == "hang":
        while True:
            time.sleep(3600)
    if mode == "crash":
        os.kill(os.getpid(), 9)
    if mode == "late":
        time.sleep(0.6)
    if mode == "garbage":
        return send("recommendations", b'{"recommendations": [{"symbol": "NVDA", "quantity": 1e400}]}', header["id"], cycle)
    if mode == "liar":
        return send("execution", {"client_order_id": "x", "event": "fill", "at": "0"}, header["id"], cycle)
    if mode == "flood":
        for _ in range(3000):
            send("recommendations", {"recommendations": []}, "nothing", 0)
    send("recommendations", {"recommendations": []}, header["id"], cycle)


send("hello", {"name": launch["name"], "role": "policy", "version": "1.0.0", "token": launch["token"],
               "speaks": {"major": 1, "minor": 0}})
poller = zmq.Poller()
poller.register(socket, zmq.POLLIN)
poller.register(sys.stdin.fileno(), zmq.POLLIN)
while True:
    ready = dict(poller.poll())
    if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1):
        sys.exit(0)
    if socket not in ready:
        continue
    header, body = socket.recv_multipart()
    header = json.loads(header)
    if header["type"] == "welcome":
        welcome = json.loads(body)
        session, mode = welcome["session"], welcome["settings"].get("mode", "fine")
        send("ready", {}, header["id"])
    elif header["type"] == "heartbeat":
        send("heartbeat", {}, header["id"])
    elif header["type"] == "evaluate":
        evaluate(header)
    elif header["type"] == "drain":
        send("bye", {"reason": "drained"})
        sys.exit(0)
