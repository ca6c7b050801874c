"""Holds nothing over the weekend: a policy in plain Python, from proto/PROTOCOL.md alone. Needs python3-zmq."""
import datetime
import json
import os
import sys
import zoneinfo

import zmq

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
launch = json.loads(sys.stdin.readline())  # {"endpoint", "name", "token"}; when stdin ends, the core is gone
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 200
socket.connect(launch["endpoint"])
state = {"session": "", "seq": 0, "epoch": 0, "after": "15:50"}


def send(kind, body, **fields):
    state["seq"] += 1
    header = {"v": "1.0", "type": kind, "id": f"f{state['seq']}", "session": state["session"],
              "epoch": state["epoch"], "seq": state["seq"], **fields}
    socket.send_multipart([json.dumps(header).encode(), json.dumps(body).encode()])


def evaluate(whole):
    """The policy itself: the whole portfolio in, recommendations out."""
    now = datetime.datetime.fromtimestamp(int(whole["at"]) // 10**9, NEW_YORK)
    if now.weekday() != 4 or whole["session"] != "regular" or now.strftime("%H:%M") < state["after"]:
        return []
    return [{"symbol": position["symbol"], "advice": {"exit": {}}, "urgency": "medium",
             "reason": f"it is Friday {now:%H:%M} in New York; nothing is held over the weekend"}
            for position in whole["positions"]]


def start(header, body):
    state.update(session=body["session"])
    after = body["settings"].get("after", "15:50")
    try:
        datetime.time.fromisoformat(after)
    except (TypeError, ValueError):
        send("error", {"reason": f"after: {after!r} is no time such as 15:50"})
        sys.exit(2)
    state.update(after=after)
    send("ready", {}, re=header["id"])


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
    header, body = (json.loads(frame) for frame in socket.recv_multipart())
    state["epoch"] = max(state["epoch"], header["epoch"])
    if header["type"] == "welcome":
        start(header, body)
    elif header["type"] == "heartbeat":
        send("heartbeat", {}, re=header["id"])
    elif header["type"] == "evaluate":
        send("recommendations", {"recommendations": evaluate(body)}, re=header["id"], cycle=header["cycle"])
    elif header["type"] == "drain":
        send("bye", {"reason": "drained"})
        sys.exit(0)
    elif header["type"] == "refused":
        sys.exit(body["reason"])
