"""A core of another minor, for plugins of this release: `core.py MINOR UNKNOWN FOLDER PROGRAM [ARGUMENT ...]`.

0 is the core of 1.0: its welcome and evaluate are those of the frozen vectors. 99 is a later one: it adds fields in every place
where a minor may, values of data that nobody knows yet, and a message. UNKNOWN is what the plugin does about such a value: it lets it `pass`, or answers with an `error`. Ends with 0 when the plugin did what PROTOCOL.md demands.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

import zmq

minor, unknown, folder, program = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
vectors = pathlib.Path(__file__).resolve().parents[4] / "proto/vectors/good"
endpoint = f"ipc://{folder}/policy"
router = zmq.Context().socket(zmq.ROUTER)
router.linger = 200
router.bind(endpoint)
plugin = subprocess.Popen(program, stdin=subprocess.PIPE)
plugin.stdin.write((json.dumps({"endpoint": endpoint, "name": "stop-loss", "token": "t0"} | (
    {"locale": "en"} if minor else {})) + "\n").encode())
plugin.stdin.flush()
peer, sent, received = None, 0, 0


def vector(name):
    return json.loads((vectors / f"{name}.json").read_text())["body"]


def later(tree):
    """A field that nobody knows, in every object."""
    if not minor:
        return tree
    if isinstance(tree, dict):
        return {key: later(value) for key, value in tree.items()} | {"since_1_99": {"x": ["1", 2, None]}}
    return [later(value) for value in tree] if isinstance(tree, list) else tree


def send(kind, body, re=None, cycle=None, budget=None, session="s1.1"):
    global sent
    sent += 1
    header = {"v": f"1.{minor}", "type": kind, "id": f"{session}-{sent}", "session": session, "epoch": 1, "seq": sent}
    for key, value in [("re", re), ("cycle", cycle), ("budget_milliseconds", budget)]:
        if value is not None:
            header[key] = value
    if minor:
        header |= {"trace": {"span": "a1"}, "priority": 3}
    router.send_multipart([peer, json.dumps(header).encode(), json.dumps(body).encode()])
    return header["id"]


def hear(kind, re=None, seconds=20):
    """The next message but heart-beats and hellos that were repeated."""
    global peer, received
    deadline = time.monotonic() + seconds
    while True:
        if not router.poll(max(0, int(1000 * (deadline - time.monotonic())))):
            sys.exit(f"no {kind} came")
        peer, header, body = router.recv_multipart()
        header, body = json.loads(header), json.loads(body)
        received += 1
        if header["seq"] != received:
            sys.exit(f"message {header['seq']} came as number {received}")
        if header["type"] == kind or header["type"] not in ("heartbeat", "hello"):
            if header["type"] != kind or (re is not None and header.get("re") != re):
                sys.exit(f"{kind} to {re} was awaited: {header} {body}")
            return header, body


def ask(cycle, body):
    question = send("evaluate", body, cycle=cycle, budget=5_000)
    answer, advice = hear("recommendations", question)
    if answer.get("cycle") != cycle or not any("protect" in item["advice"] for item in advice["recommendations"]):
        sys.exit(f"no stop for cycle {cycle}: {answer} {advice}")


hello, body = hear("hello")
if body["speaks"]["major"] != 1 or body["token"] != "t0":
    sys.exit(f"hello: {body}")
settings = {"trail": 0.02}
welcome = {"session": "s1.1", "account": "demo", "settings": settings, "heartbeat_milliseconds": 1000, "lockstep": False,
           "state_directory": folder}
send("welcome", welcome | ({"zone": "UTC", "limits": {"x": 1}} if minor else {}), hello["id"])
hear("ready")
evaluate = vector("evaluate")
ask(1, later(evaluate | {"cycle": 1}))
hear("heartbeat", send("heartbeat", later({})))
if minor:
    _, fault = hear("error", send("suspend", {"until": "0"}))
    strange = later(evaluate | {"cycle": 2, "session": "auction"})
    for order in strange["orders"]:
        order["status"] = "queued"
    if unknown == "pass":
        ask(2, strange)
    else:
        fault, _ = hear("error", send("evaluate", strange, cycle=2, budget=5_000))
        if fault.get("cycle") != 2:
            sys.exit(f"the error names no cycle: {fault}")
ask(3, later(evaluate | {"cycle": 3}))
send("drain", later({"reason": "the core stops"}))
hear("bye")
if plugin.wait(10) != 0:
    sys.exit(f"the plugin ended with {plugin.returncode}")
print("all was well")
