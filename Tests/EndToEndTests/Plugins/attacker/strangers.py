"""Peers without a session at the core's sockets: strangers.py FOLDER commands|hello|silent"""
import json
import sys

import zmq

folder, mode = sys.argv[1], sys.argv[2]
context = zmq.Context()


def dial(name):
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.sndhwm = 0
    place = folder.removesuffix("sockets") + "control" if name == "control" else folder
    socket.connect(f"ipc://{place}/{name}")
    return socket


def header(kind, number):
    return json.dumps({"v": "1.2", "type": kind, "id": str(number), "session": "", "epoch": 0, "seq": number}).encode()


if mode == "commands":
    socket = dial("control")
    taken = 0
    for number in range(20_000):
        body = {"command": sys.argv[3], "who": "a flood", "why": "x" * 200}
        socket.send_multipart([header("control", number), json.dumps(body).encode()])
        while socket.poll(0):
            taken += json.loads(socket.recv_multipart()[1])["accepted"]
    # The core keeps no reply for whom it cannot reach.
    while socket.poll(3_000):
        taken += json.loads(socket.recv_multipart()[1])["accepted"]
    print(taken)
else:
    sockets = [dial("policy") for _ in range(8)]
    for number in range(64):
        for socket in sockets:
            socket.send_multipart([header("ready" if mode == "silent" else "hello", number), b" " * (15 << 20)])
    # Each is answered, or thrown away.
    probe = dial("control")
    probe.send_multipart([header("control", 1), json.dumps({"command": "ping", "who": "x", "why": "y"}).encode()])
    print(probe.recv_multipart()[1].decode())
