"""Says hello with what another plugin was given at its start: thief.py FILE. Prints the type of the core's answer, and its reason."""
import json
import sys

import zmq

with open(sys.argv[1]) as file:
    launch = json.loads(file.readline())
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 0
socket.connect(launch["endpoint"])
header = {"v": "1.2", "type": "hello", "id": "1", "session": "", "epoch": 0, "seq": 1}
hello = {"name": launch["name"], "role": "policy", "version": "1.0.0", "token": launch["token"], "speaks": {"major": 1, "minor": 2}}
socket.send_multipart([json.dumps(header).encode(), json.dumps(hello).encode()])
if not socket.poll(20_000):
    sys.exit("no answer")
answer, body = socket.recv_multipart()
print(json.loads(answer)["type"], json.loads(body).get("reason", ""))
