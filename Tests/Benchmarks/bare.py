"""The floor under the Python kit in scripts/bench: a policy that reads the header of a question and nothing else, and sends an
answer that it has made before the first one: a stop for each symbol that its settings name."""
import json
import os

import zmq


def key(name, which):
    with open(os.environ[name], encoding="utf-8") as file:
        return json.load(file)[which].encode()


def main():
    socket = zmq.Context().socket(zmq.DEALER)
    if os.environ["BIGBROTHER_ENDPOINT"].startswith("tcp"):
        socket.curve_publickey = key("BIGBROTHER_KEY_FILE", "public_key")
        socket.curve_secretkey = key("BIGBROTHER_KEY_FILE", "secret_key")
        socket.curve_serverkey = key("BIGBROTHER_SERVER_KEY", "public_key")
    socket.connect(os.environ["BIGBROTHER_ENDPOINT"])
    session, sent, prepared = "", 0, b""

    def say(kind, body, re=None, cycle=None):
        nonlocal sent
        sent += 1
        header = {"v": "1.0", "type": kind, "id": str(sent), "session": session, "epoch": 0, "seq": sent, "re": re, "cycle": cycle}
        given = {name: value for name, value in header.items() if value is not None}
        socket.send_multipart([json.dumps(given).encode(), body])

    hello = {"name": os.environ["BIGBROTHER_NAME"], "role": "policy", "version": "1.0.0", "speaks": {"major": 1, "minor": 0}}
    while True:
        if not session:
            say("hello", json.dumps(hello).encode())
            if not socket.poll(200):
                continue
        first, body = socket.recv_multipart()
        header = json.loads(first)
        kind = header["type"]
        if kind == "welcome":
            welcome = json.loads(body)
            session = welcome["session"]
            advice = {"protect": {"distance": {"percent": "0.5"}, "from": "high_water"}}
            prepared = json.dumps({"recommendations": [
                {"symbol": symbol, "advice": advice, "urgency": "medium", "reason": "behind the best price"}
                for symbol in welcome["settings"]["symbols"]]}).encode()
            say("ready", b"{}", header["id"])
        elif kind == "heartbeat":
            say("heartbeat", b"{}", header["id"])
        elif kind == "evaluate":
            say("recommendations", prepared, header["id"], header["cycle"])
        elif kind == "drain":
            say("bye", b'{"reason":"drained"}')
            socket.linger = 200
            return
        else:
            raise SystemExit(f"{kind}: {body!r}")


main()
