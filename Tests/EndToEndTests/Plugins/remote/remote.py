"""A policy on another host, written from PROTOCOL.md alone; it behaves as its first argument says:
fine, flood, hellos (hello after hello), broker (speaks as one)."""
import json
import os
import sys

import zmq

mode = sys.argv[1]
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


hello()
while True:
    header, body = map(json.loads, socket.recv_multipart())
    kind = header["type"]
    if kind == "welcome":
        session = body["session"]
        print("welcome", flush=True)
        while mode == "flood":
            send("recommendations", {"recommendations": []}, "nothing", 0)
        while mode == "hellos":
            hello()
        send("ready", {}, header["id"])
        if mode == "broker":
            send("execution", {"client_order_id": "x", "event": "fill", "at": "0"})
    elif kind == "refused":
        print("refused", body["reason"], flush=True)
        sys.exit(3)
    elif kind == "heartbeat":
        send("heartbeat", {}, header["id"])
    elif kind == "evaluate":
        send("recommendations", {"recommendations": []}, header["id"], header["cycle"])
    elif kind == "drain":
        send("bye", {"reason": "drained"})
        socket.linger = 200
        sys.exit(0)
