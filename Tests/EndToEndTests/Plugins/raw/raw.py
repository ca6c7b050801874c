"""Throws what is no ZMTP, or half of it, at a core's sockets: `raw.py FOLDER PID CONNECTIONS SEED [OPEN]`.

Raw AF_UNIX connections: random bytes, greetings of other versions and mechanisms, torn handshakes, frames of all kinds of lengths,
commands that nobody knows, whole handshakes with random messages; some are closed at once, some stay open for a
while: 40 of them, or OPEN, and then all. Says what the
core's process had of memory (KiB) and descriptors before and after, as one line of JSON.
"""
import json
import os
import random
import socket
import sys
import time

folder, pid, connections, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)
SOCKETS = ["policy", "broker", "provider", "control", "telemetry"]
OPEN = int(sys.argv[5]) if len(sys.argv) > 5 else 40


def figures():
    status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status").read().splitlines() if ":" in line)
    return int(status["VmRSS"].split()[0]), len(os.listdir(f"/proc/{pid}/fd"))


def noise(most):
    return bytes(chance.randrange(256) for _ in range(chance.randrange(most)))


def greeting():
    major, minor = chance.choice([(3, 1), (3, 0), (3, 1), (3, 1), (1, 0), (2, 0), (0, 0), (255, 255), (4, 0)])
    mechanism = chance.choice([b"NULL"] * 6 + [b"PLAIN", b"CURVE", b"GSSAPI", b"", b"\xff" * 20, b"A" * 20])
    text = b"\xff" + chance.choice([b"\0" * 8, b"\0" * 7 + b"\1", b"\xff" * 8]) + b"\x7f" + bytes([major, minor])
    return text + mechanism.ljust(20, b"\0") + bytes([chance.choice([0, 0, 0, 1, 255])]) + b"\0" * 31


def frame(flags, body, length=None):
    length = len(body) if length is None else length
    if flags & 2 or length > 255:
        return bytes([flags | 2]) + (length % (1 << 64)).to_bytes(8, "big") + body
    return bytes([flags, length]) + body


def ready():
    def prop(name, value):
        return bytes([len(name)]) + name + len(value).to_bytes(4, "big") + value
    kind = chance.choice([b"DEALER"] * 6 + [b"ROUTER", b"PUB", b"SUB", b"REQ", b"", b"X" * 200])
    body = b"\5READY" + prop(b"Socket-Type", kind)
    if chance.random() < 0.5:
        body += prop(b"Identity", chance.choice([b"", b"me", b"\0abcd", noise(300)]))
    if chance.random() < 0.2:
        body = body[: chance.randrange(len(body))]
    return frame(4, body)


def message():
    header = json.dumps({"v": "1.1", "type": chance.choice(["hello", "ready", "control", "market", "execution"]), "id": "1",
                         "session": "s1.1", "epoch": 0, "seq": chance.choice([1, -1, (1 << 63) - 1])}).encode()
    kind = chance.randrange(7)
    if kind == 0:
        return frame(1, header) + frame(0, b"{}")
    if kind == 1:
        return frame(0, noise(200))
    if kind == 2:
        return frame(2, b"x", chance.choice([1 << 63, (1 << 64) - 1, 1 << 32, (16 << 20) + 1, 1 << 24]))
    if kind == 3:
        return b"".join(frame(1, b"x") for _ in range(chance.choice([3, 9, 300]))) + frame(0, b"")
    if kind == 4:
        return frame(4, chance.choice([b"\4PING\0\0", b"\5ERROR\3abc", b"\x09SUBSCRIBE", b"\0", b"", b"\xffX", noise(50)]))
    if kind == 5:
        return frame(chance.choice([8, 16, 128, 255, 7]), noise(20))
    return frame(1, header) + frame(0, noise(2_000))


def speech():
    kind = chance.randrange(6)
    if kind == 0:
        return noise(3_000)
    if kind == 1:
        return greeting()[: chance.randrange(64)]
    if kind == 2:
        return greeting()
    if kind == 3:
        return greeting() + noise(200)
    text = greeting() + ready()
    return text + b"".join(message() for _ in range(chance.choice([0, 1, 3, 30])))


before = figures()
kept, most = [], before
for number in range(connections):
    end = socket.socket(socket.AF_UNIX)
    end.settimeout(0.5)
    try:
        name = chance.choice(SOCKETS)
        end.connect(f"{folder}/../control/{name}" if name == "control" else f"{folder}/{name}")
        text = speech()
        cut = chance.randrange(len(text) + 1) if chance.random() < 0.3 else len(text)
        end.sendall(text[:cut])
        if chance.random() < 0.3:
            end.recv(64)
        if chance.random() < 0.3:
            end.sendall(text[cut:])
    except OSError:
        pass
    if OPEN > 40 or chance.random() < 0.3:
        kept.append(end)
        if len(kept) > OPEN:
            kept.pop(0).close()
    else:
        end.close()
    if number % 100 == 0:
        most = tuple(max(pair) for pair in zip(most, figures()))
most = tuple(max(pair) for pair in zip(most, figures()))
for end in kept:
    end.close()
deadline = time.monotonic() + 15
while figures()[1] > before[1] and time.monotonic() < deadline:
    time.sleep(0.1)
after = figures()
print(json.dumps({"connections": connections, "before": before, "most": most, "after": after}))
