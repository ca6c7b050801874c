"""A policy that speaks a later minor, 1.99: it says all that this core cannot know, in the places where a minor may add.

What the core answers stands in `later-policy.heard` of the state directory.
"""
import json
import os
import sys

import zmq

launch = json.loads(sys.stdin.readline())
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 200
socket.connect(launch["endpoint"])
session, sent, heard = "", 0, None


def send(kind, body, question=None, cycle=None):
    global sent
    sent += 1
    header = {"v": "1.99", "type": kind, "id": f"later{sent}", "session": session, "epoch": 0, "seq": sent,
              "trace": {"span": "a1", "parents": []}, "priority": 3}
    if question is not None:
        header["re"] = question["id"]
    if cycle is not None:
        header["cycle"] = cycle
    socket.send_multipart([json.dumps(header).encode(), json.dumps(body | {"since_1_99": {"x": [1, None]}}).encode()])


send("hello", {"name": launch["name"], "role": "policy", "version": "9.0.0", "token": launch["token"],
               "speaks": {"major": 1, "minor": 99, "patch": 7}, "languages": ["json", "cbor"]})
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
    if header["type"] == "welcome":
        session = header["session"]
        heard = open(os.path.join(body["state_directory"], "later-policy.heard"), "a")
        send("ready", {"needs": {"sections": ["positions", "orders"], "horizon": "5d"}, "mood": "fine"}, header)
    heard.write(json.dumps({"header": header, "body": body}) + "\n")
    heard.flush()
    if header["type"] == "heartbeat":
        send("heartbeat", {"load": "0.2"}, header)
    elif header["type"] == "configure":
        send("ready", {"needs": {"sections": ["positions", "orders"], "horizon": "9d"}}, header)
    elif header["type"] == "evaluate":
        # A message that only a later minor has, before the answer: it must cost nobody anything.
        send("forecast", {"symbol": "NVDA"})
        send("recommendations", {"recommendations": [
            {"symbol": position["symbol"], "advice": {"protect": {"stop_price": "186.23", "tranche": 2}}, "urgency": "high",
             "reason": "the later minor's", "horizon": "5d", "evidence": [{"name": "a", "value": "1", "unit": "USD"}]}
            for position in body["positions"]]}, header, header["cycle"])
    elif header["type"] == "drain":
        send("bye", {"reason": "drained", "code": 7})
        sys.exit(0)
