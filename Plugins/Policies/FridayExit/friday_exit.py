"""Holds nothing over the weekend: a policy in plain Python, from proto/PROTOCOL.md alone. Needs python3-zmq."""
import datetime
import json
import os
import sys
import time
import zoneinfo

import zmq

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
HELLO_SECONDS, GRACE_SECONDS = 1, 2
launch = json.loads(sys.stdin.readline())  # {"endpoint", "name", "token"}; when stdin ends, the core is gone
context, poller = zmq.Context(), zmq.Poller()
poller.register(sys.stdin.fileno(), zmq.POLLIN)
settings = {"after": "15:50"}


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


def connect():
    """A fresh socket and session: at the start, and when the core was silent for too long."""
    socket = context.socket(zmq.DEALER)
    socket.linger = 200
    socket.connect(launch["endpoint"])
    poller.register(socket, zmq.POLLIN)
    return {"socket": socket, "session": "", "seq": 0, "epoch": 0, "heard": time.monotonic(), "beat": 1.0, "hello": 0.0}


def send(core, kind, body, **fields):
    core["seq"] += 1
    header = {"v": "1.1", "type": kind, "id": f"f{core['seq']}", "session": core["session"], "epoch": core["epoch"],
              "seq": core["seq"], **fields}
    core["socket"].send_multipart([json.dumps(header).encode(), json.dumps(body).encode()])


def evaluate(whole):
    """The policy itself: the whole portfolio in, recommendations out."""
    now = datetime.datetime.fromtimestamp(int(whole["at"]) // 10**9, NEW_YORK)
    symbols = [position["symbol"] for position in whole["positions"]]
    if now.weekday() != 4 or whole["session"] != "regular" or now.strftime("%H:%M") < settings["after"]:
        return []
    return [{"symbol": symbol, "advice": {"exit": {}}, "urgency": "medium",
             "reason": f"it is Friday {now:%H:%M} in New York; nothing is held over the weekend"} for symbol in symbols]


def take(chosen):
    """All of them or none."""
    if unknown := sorted(set(chosen) - {"after"}):
        raise ValueError(f"there is no setting {unknown[0]}; there is: after")
    after = chosen.get("after", "15:50")
    if not isinstance(after, str):
        raise ValueError(f"after: {after!r} is no text such as 15:50")
    datetime.time.fromisoformat(after)
    settings["after"] = after


def answer(core, header, body):
    kind, re = header["type"], {"re": header["id"]}
    if kind == "heartbeat":
        send(core, "heartbeat", {}, **re)
    elif kind == "evaluate":
        send(core, "recommendations", {"recommendations": evaluate(body)}, cycle=header["cycle"], **re)
    elif kind == "configure":
        take(body["settings"])
        send(core, "ready", {}, **re)
    elif kind == "drain":
        send(core, "bye", {"reason": "drained"})
        sys.exit(0)
    elif kind == "refused":
        print("the core refused:", body["reason"], file=sys.stderr)
        sys.exit(3)
    elif kind == "welcome":
        core.update(session=body["session"], beat=body["heartbeat_milliseconds"] / 1000)
        try:
            take(body["settings"])
        except (KeyError, TypeError, ValueError) as fault:
            send(core, "error", {"reason": f"settings: {fault}"}, **re)
            send(core, "bye", {"reason": "its settings are wrong"})
            sys.exit(2)
        send(core, "ready", {}, **re)
    elif kind != "error":
        raise ValueError(f"a policy knows no {kind}")


def hear(core, frames):
    """What cannot be read, or must be understood and is not, is answered with error; nothing else comes of it."""
    header = {}
    core["heard"] = time.monotonic()
    try:
        header = read(frames[0])
        if len(frames) != 2:
            raise ValueError(f"a message has two frames, not {len(frames)}")
        body = read(frames[1])
        if not str(header["v"]).startswith("1.") or header.get("crit"):
            raise ValueError(f"version {header['v']} or {header.get('crit')} is not understood here")
        if header["type"] not in ("welcome", "refused", "error") and header["session"] != core["session"]:
            return  # of another session
        core["epoch"] = max(core["epoch"], header["epoch"])
        answer(core, header, body)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as fault:
        if header.get("type") in ("error", "refused", "bye"):
            return  # never answered
        fields = {"re": header["id"]} if "id" in header else {}
        if isinstance(header.get("cycle"), int):
            fields["cycle"] = header["cycle"]
        send(core, "error", {"reason": f"{type(fault).__name__}: {fault}"}, **fields)


core = connect()
while True:
    now = time.monotonic()
    if core["session"] and now - core["heard"] > 3 * core["beat"] + GRACE_SECONDS:
        poller.unregister(core["socket"])
        core["socket"].close(0)
        core = connect()
    if not core["session"] and now - core["hello"] >= HELLO_SECONDS:
        core["hello"] = now
        send(core, "hello", {"name": launch["name"], "role": "policy", "version": "1.0.0", "token": launch["token"],
                             "speaks": {"major": 1, "minor": 1}})
    ready = dict(poller.poll(200))
    if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1):
        sys.exit(0)
    while core["socket"] in ready and core["socket"].poll(0):
        hear(core, core["socket"].recv_multipart())
