"""A plugin's side of proto/PROTOCOL.md in plain Python, sound unless a fault is named. For the tests of the kit."""
import json
import os
import sys
import time

import zmq


def refuse(word):
    raise ValueError(f"{word} is no JSON of the protocol")


def unique(pairs):
    return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a key that stands twice")


def read(frame):
    try:
        value = json.loads(frame, object_pairs_hook=unique, parse_constant=refuse)
    except RecursionError:
        refuse("nesting without end")
    return value if isinstance(value, dict) else refuse(type(value).__name__)


class Plugin:
    """A role inherits: `start(welcome)`, `answer(header, body)`, and `tick()` for what it says of itself."""

    role, version, keys = "policy", "1.0.0", ()

    def __init__(self, fault):
        self.fault, self.settings, self.lockstep = fault, {}, True
        self.launch = json.loads(sys.stdin.readline())
        self.context, self.poller = zmq.Context(), zmq.Poller()
        self.poller.register(sys.stdin.fileno(), zmq.POLLIN)
        self.socket = None
        self.connect()

    def connect(self):
        if self.socket is not None:
            self.poller.unregister(self.socket)
            self.socket.close(0)
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 200
        self.socket.connect(self.launch["endpoint"])
        self.poller.register(self.socket, zmq.POLLIN)
        self.session, self.seq, self.epoch, self.beat, self.said = "", 0, 0, 1.0, 0.0
        self.heard = time.monotonic()

    def send(self, kind, body, **fields):
        self.seq += 1
        header = {"v": "1.1", "type": kind, "id": f"x{self.seq}", "session": self.session, "epoch": self.epoch,
                  "seq": self.seq, **fields}
        self.socket.send_multipart([json.dumps(header).encode(), json.dumps(body).encode()])

    def bye(self, why, code):
        self.send("bye", {"reason": why})
        sys.exit(code)

    def take(self, settings):
        """All of them or none."""
        unknown = sorted(set(settings) - set(self.keys))
        if unknown and self.fault != "takes-wrong-settings":
            if self.fault == "half-settings":
                self.settings = dict(settings)
            raise ValueError(f"there is no setting {unknown[0]}")
        self.settings = dict(settings)

    def welcome(self, header, body):
        self.session, self.beat, self.lockstep = body["session"], body["heartbeat_milliseconds"] / 1000, body["lockstep"]
        try:
            self.take(body["settings"])
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            self.send("error", {"reason": f"settings: {error}"}, re=header["id"])
            self.bye("its settings are wrong", 2)
        self.start(header, body)

    def start(self, header, body):
        self.send("ready", {}, re=header["id"])

    def tick(self):
        pass

    def newest(self, messages):
        return messages

    def act(self, header, body):
        kind = header["type"]
        if kind == "welcome":
            self.welcome(header, body)
        elif kind == "heartbeat":
            self.send("heartbeat", {}, re=header["id"])
        elif kind == "drain":
            self.bye("drained", 1 if self.fault == "drain-1" else 0)
        elif kind == "refused":
            sys.exit(3)
        elif kind == "configure":
            self.take(body["settings"])
            self.send("ready", {}, re=header["id"])
        elif kind != "error" or self.fault == "answers-errors":
            self.answer(header, body)

    def hear(self, frames):
        header = {}
        self.heard = time.monotonic()
        try:
            header = read(frames[0])
            if len(frames) != 2:
                raise ValueError("a message has two frames")
            if not str(header["v"]).startswith("1."):
                raise ValueError(f"version {header['v']}")
            if header.get("crit") and self.fault != "takes-crit":
                raise ValueError(f"crit {header['crit']}")
            body = read(frames[1])
            if header["type"] not in ("welcome", "refused", "error") and header["session"] != self.session:
                if self.fault != "any-session":
                    return
            self.epoch = max(self.epoch, header["epoch"])
            self.act(header, body)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
            if header.get("type") in ("error", "refused", "bye") and self.fault != "answers-errors":
                return
            fields = {"re": header["id"]} if "id" in header and self.fault != "no-re" else {}
            if isinstance(header.get("cycle"), int):
                fields["cycle"] = header["cycle"]
            self.send("error", {"reason": f"{type(error).__name__}: {error}"}, **fields)

    def run(self):
        while True:
            now = time.monotonic()
            if self.session and now - self.heard > 3 * self.beat + 2 and self.fault != "no-hello-again":
                self.connect()
            if not self.session and now - self.said >= 1:
                self.said = now
                self.send("hello", {"name": self.launch["name"], "role": self.role, "version": self.version,
                                    "token": self.launch["token"], "speaks": {"major": 1, "minor": 1}})
            ready = dict(self.poller.poll(self.pause()))
            if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1):
                sys.exit(0)
            messages = []
            while self.socket in ready and self.socket.poll(0) and len(messages) < 256:
                messages.append(self.socket.recv_multipart())
            for frames in self.newest(messages):
                self.hear(frames)
            if self.session:
                self.tick()

    def pause(self):
        return 200
