"""Holds connections against a core: `flood.py HOLD ADDRESS COUNT BYTES...`.

ADDRESS is the path of a local socket, or HOST:PORT. Each of COUNT connections greets as a peer with CURVE, announces a frame of 16 MiB
and sends BYTES of it, as far as they are taken; when one is cut another takes its place, for HOLD seconds. Says how many were made.
"""
import os
import socket
import sys
import time

hold, address, count, size = float(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
GREETING = b"\xff" + b"\0" * 8 + b"\x7f\x03\x00" + b"CURVE".ljust(20, b"\0") + b"\0" * 32
FRAME = b"\x06" + (16 << 20).to_bytes(8, "big")
block = b"x" * min(size, 1 << 20)


class Peer:
    def __init__(self):
        self.left = size
        if address.startswith("/"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(address)
        else:
            host, port = address.rsplit(":", 1)
            self.socket = socket.create_connection((host, int(port)), timeout=2)
        self.socket.setblocking(False)
        self.socket.send(GREETING + (FRAME if size else b""))

    def push(self):
        """Whether it is still there."""
        try:
            while self.left > 0:
                self.left -= self.socket.send(block[: self.left])
            return self.socket.recv(1 << 16) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


made, peers, until = 0, [], time.monotonic() + hold
print("ready", flush=True)
while time.monotonic() < until:
    while len(peers) < count:
        try:
            peers.append(Peer())
            made += 1
        except OSError:
            break
    kept = [peer for peer in peers if peer.push()]
    for peer in peers:
        if peer not in kept:
            peer.socket.close()
    peers = kept
    time.sleep(0.002)
print(made, flush=True)
