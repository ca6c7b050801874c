"""Peers without a session at the core's sockets: strangers.py FOLDER commands COMMAND | hello | silent | frames | small

`hello` and `silent` send messages of 15 MiB, `frames` one that never ends, `small` some that are just not too long; each for five
seconds, and they come again whenever they are cut. Prints how many bytes were handed over; `commands` how many were taken.
"""
import json
import os
import socket as plain
import struct
import sys
import time

folder, mode = sys.argv[1], sys.argv[2]


def header(kind, number):
    return json.dumps({"v": "1.2", "type": kind, "id": str(number), "session": "", "epoch": 0, "seq": number}).encode()


def commands():
    import zmq
    socket = zmq.Context().socket(zmq.DEALER)
    socket.linger = 0
    socket.sndhwm = 0
    socket.connect(f"ipc://{folder.removesuffix('sockets')}control/control")
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


# ZMTP 3.0 (RFC 23) by hand: nothing waits before it comes again.
GREETING = b"\xff" + b"\0" * 8 + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" * 32
READY = b"\x05READY\x0bSocket-Type\0\0\0\x06DEALER"


def frame(data, more):
    return bytes([2 | more]) + struct.pack(">Q", len(data)) + data


class Stranger:
    def __init__(self):
        self.socket, self.at = plain.socket(plain.AF_UNIX), 0
        self.socket.connect(f"{folder}/policy")
        self.socket.setblocking(False)
        kind = "hello" if mode == "hello" else "ready"
        size = {"small": 200 << 10, "frames": 1 << 20}.get(mode, 15 << 20)
        body = frame(b" " * size, mode == "frames")
        self.rest, self.heard = [GREETING + b"\x04" + bytes([len(READY)]) + READY], b""
        self.again = body if mode == "frames" else frame(header(kind, 1), True) + body

    def push(self):
        """Whether it is still there; its bytes are counted."""
        if not self.rest and b"READY" not in self.heard:
            # What comes before the other side is ready would be a fault of the handshake.
            try:
                more = self.socket.recv(1 << 16)
                self.heard += more
                return 0 if more else -1
            except BlockingIOError:
                return 0
            except OSError:
                return -1
        if not self.rest:
            self.rest.append(self.again)
        try:
            sent = self.socket.send(self.rest[0][self.at:self.at + (1 << 20)])
            self.at += sent
            if self.at == len(self.rest[0]):
                self.rest.pop(0)
                self.at = 0
            return sent
        except BlockingIOError:
            try:
                return 0 if self.socket.recv(1 << 16) else -1
            except BlockingIOError:
                return 0
            except OSError:
                return -1
        except OSError:
            return -1


def strangers(seconds=5, count=8):
    peers, handed, until = [], 0, time.monotonic() + seconds
    while time.monotonic() < until:
        while len(peers) < count:
            try:
                peers.append(Stranger())
            except OSError:
                break
        kept, moved = [], 0
        for peer in peers:
            sent = peer.push()
            if sent >= 0:
                kept.append(peer)
                moved += sent
            else:
                peer.socket.close()
        peers, handed = kept, handed + moved
        if moved == 0:
            time.sleep(0.001)
    print(handed)


if mode == "commands":
    commands()
elif mode == "forks":
    # Each a process of its own; what they take of the processors is not what is tried.
    os.nice(19)
    for _ in range(int(sys.argv[3])):
        if os.fork() == 0:
            mode = "silent"
            strangers(2, 4)
            os._exit(0)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
else:
    strangers()
