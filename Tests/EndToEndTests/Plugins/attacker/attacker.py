"""A policy that tries to stop the core, or to make its journal unreadable, as its settings say."""
import json
import os
import sys
import time

import zmq

socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 200
if "BIGBROTHER_KEY_FILE" in os.environ:
    # On another host, with a valid key.
    launch = {"endpoint": os.environ["BIGBROTHER_ENDPOINT"], "name": os.environ["BIGBROTHER_NAME"]}
    with open(os.environ["BIGBROTHER_KEY_FILE"]) as file:
        key = json.load(file)
    with open(os.environ["BIGBROTHER_SERVER_KEY"]) as file:
        socket.curve_serverkey = json.load(file)["public_key"].encode()
    socket.curve_publickey, socket.curve_secretkey = key["public_key"].encode(), key["secret_key"].encode()
else:
    launch = json.loads(sys.stdin.readline())
socket.sndhwm = 0
socket.connect(launch["endpoint"])
session, sent, settings = "", 0, {}
MIB = 1 << 20


def send(kind, body, re=None, cycle=None):
    global sent
    sent += 1
    header = {"v": "1.2", "type": kind, "id": str(sent), "session": session, "epoch": 0, "seq": sent}
    if re is not None:
        header["re"] = re
    if cycle is not None:
        header["cycle"] = cycle
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    socket.send_multipart([json.dumps(header).encode(), body])


def advice(kind, symbol="NVDA", reason="because", **more):
    return {"symbol": symbol, "advice": {kind: more}, "urgency": "high", "reason": reason}


def other(number):
    return f"X{number}"


ANSWERS = {
    "fine": lambda: [],
    "long_reason": lambda: [advice("hold", reason="x" * (15 * MIB))],
    "fitting_reason": lambda: [advice("hold", reason="x\n" * (MIB // 4))],
    "nul_reason": lambda: [advice("hold", reason="\0" * (5 * MIB // 2))],
    "long_rung": lambda: [advice("take_partial", fraction="0.01", rung=letter * (7 * MIB)) for letter in "ab"],
    "long_advisory": lambda: [
        {"advice": {"advise": {"name": "n" * (7 * MIB), "value": "1"}}, "urgency": "low", "reason": "x"}],
    "evidence": lambda: [{**advice("hold"), "evidence": [{"name": "n", "value": "v"}] * 400_000}],
    "escapes": lambda: [advice("hold", reason="\x1b[2J\r\x07\x00\u202ebad")],
    "many": lambda: [advice("hold", reason=f"r{i}") for i in range(100_000)],
    "many_stops": lambda: [advice("protect", stop_price=f"{100 + i / 1000:.3f}", reason=f"r{i}") for i in range(100_000)],
    "many_symbols": lambda: [advice("protect", symbol=other(i), stop_price="100") for i in range(100_000)],
    "many_portfolio": lambda: [
        {"advice": {"veto": {}}, "urgency": "low", "reason": f"r{i}"} for i in range(100_000)],
    "exposure_symbols": lambda: [
        {"advice": {"reduce_exposure": {"gross_weight": "0.9", "rule": "proportional",
                                        "symbols": [other(i) for i in range(300_000)]}},
         "urgency": "low", "reason": "x"}],
    # Just below what would end the connection.
    "long_fitting": lambda: [advice("hold", reason="x" * (7 * MIB // 2))],
    "nul_fitting": lambda: [advice("hold", reason="\0" * (MIB // 2))],
    "rung_fitting": lambda: [advice("take_partial", fraction="0.01", rung=letter * (3 * MIB // 2)) for letter in "ab"],
    "advisory_fitting": lambda: [
        {"advice": {"advise": {"name": "n" * (3 * MIB), "value": "1"}}, "urgency": "low", "reason": "x"}],
    "rows_fitting": lambda: [advice("hold", reason=f"r{i}") for i in range(8_000)],
    "stops_fitting": lambda: [advice("protect", stop_price=f"{90 + i / 1000:.3f}", reason="r") for i in range(8_000)],
    "symbols_fitting": lambda: [advice("protect", symbol=other(i), stop_price="100") for i in range(8_000)],
    "portfolio_fitting": lambda: [{"advice": {"veto": {}}, "urgency": "low", "reason": f"r{i}"} for i in range(12_000)],
    "exposure_fitting": lambda: [
        {"advice": {"reduce_exposure": {"gross_weight": "0.9", "rule": "proportional", "symbols": [other(i) for i in range(80_000)]}},
         "urgency": "low", "reason": "x"}],
    "evidence_fitting": lambda: [{**advice("hold"), "evidence": [{"name": "n", "value": "v"}] * 30_000}],
    "medium": lambda: [advice("hold", reason="m" * 1500, symbol=s) for s in ["NVDA"] * 2000],
}


# What a siege does. In each cycle one of what costs the policy its answer and nothing more; now and then one of what ends it: its
# connection is cut, or it ends itself. Five of those within five minutes, and it would be quarantined: the others would have peace.
LASTING = ["rows_fitting", "stops_fitting", "symbols_fitting", "portfolio_fitting", "exposure_fitting", "medium", "evidence_fitting",
           "escapes", "fitting_reason", "long_fitting", "nul_fitting", "rung_fitting", "advisory_fitting", "fields_fitting", "case_fitting", "symbol_fitting",
           "error_newlines", "escapes_fitting", "errors", "shouts", "late"]
ENDING = ["ends", "long_reason", "nul_reason", "long_rung", "long_advisory", "unknown_fields", "unknown_case", "bad_symbol", "frames",
          "error_escapes", "many", "many_stops", "many_symbols", "many_portfolio", "exposure_symbols", "evidence"]
SECONDS_BETWEEN_ENDS = 100


def in_turn(cycle):
    """The mode of a siege in this cycle; a line for each is left for whoever counts them."""
    path, now = settings["tally"], time.time()
    ended = path + ".ended"
    try:
        last, kind = os.path.getmtime(ended), int(open(ended).read())
    except FileNotFoundError:
        last, kind = 0, -1
    mode = LASTING[cycle % len(LASTING)]
    if now - last > SECONDS_BETWEEN_ENDS:
        mode = ENDING[(kind + 1) % len(ENDING)]
        with open(ended, "w") as file:
            file.write(str(kind + 1))
    with open(path, "a") as file:
        file.write(mode + "\n")
    if mode == "ends":
        sys.exit(1)
    return mode


def evaluate(header):
    cycle, mode = header["cycle"], settings.get("mode", "fine")
    if mode == "siege":
        mode = in_turn(cycle)
    if mode == "error_newlines":
        return send("error", {"reason": "\n" * MIB}, header["id"], cycle)
    if mode == "error_escapes":
        return send("error", {"reason": "\x1b\u202e" * 700_000}, header["id"], cycle)
    if mode == "escapes_fitting":
        return send("error", {"reason": "\x1b\u202e" * 200_000}, header["id"], cycle)
    if mode == "errors":
        for _ in range(90):
            send("error", {"reason": "e" * 80_000}, None, cycle)
        return send("recommendations", {"recommendations": []}, header["id"], cycle)
    if mode == "unknown_fields":
        return send("recommendations", {"k" * (15 * MIB): 1}, header["id"], cycle)
    if mode == "unknown_case":
        return send("recommendations", {"recommendations": [advice("k" * (15 * MIB))]}, header["id"], cycle)
    if mode == "bad_symbol":
        return send("recommendations", {"recommendations": [advice("hold", symbol="\n" * (7 * MIB))]}, header["id"], cycle)
    if mode == "fields_fitting":
        return send("recommendations", {"k" * (3 * MIB): 1}, header["id"], cycle)
    if mode == "case_fitting":
        return send("recommendations", {"recommendations": [advice("k" * (3 * MIB))]}, header["id"], cycle)
    if mode == "symbol_fitting":
        return send("recommendations", {"recommendations": [advice("hold", symbol="\n" * MIB)]}, header["id"], cycle)
    if mode == "late":
        time.sleep(2)
    if mode == "frames":
        # A message without an end: libzmq counts whole ones.
        for _ in range(600):
            socket.send(b"f" * MIB, zmq.SNDMORE)
        return None
    if mode == "eats_memory":
        eaten = []
        while True:
            eaten.append(bytearray(16 * MIB))
    if mode == "shouts":
        for _ in range(900):
            send("error", {"reason": "e" * 60}, None, cycle)
    answer = ANSWERS.get(mode, ANSWERS["fine"])() if cycle > settings.get("from_cycle", 0) else []
    send("recommendations", {"recommendations": answer}, header["id"], cycle)


def ready(header):
    mode = settings.get("mode", "fine")
    if mode == "bar_periods":
        return send("ready", {"needs": {"bars": [{"period": str((i + 1) * 1_000_000_000), "count": 1000}
                                                 for i in range(40_000)]}}, header["id"])
    if mode == "bar_sum":
        return send("ready", {"needs": {"bars": [{"period": str((i + 1) * 1_000_000_000), "count": 1000}
                                                 for i in range(50)],
                                        "indicators": [f"sma(1000,{i + 1}s)" for i in range(50)],
                                        "correlation": {"period": "1000000000", "length": 1000}}}, header["id"])
    if mode == "sections":
        return send("ready", {"needs": {"sections": ["market"] * 800_000}}, header["id"])
    if mode == "refuses":
        return send("error", {"reason": "these settings will not do"}, header["id"])
    if mode == "bye_reason":
        return send("bye", {"reason": "b\0\n" * MIB}, header["id"])
    send("ready", {}, header["id"])


version = os.environ.get("ATTACKER_VERSION", "1.0.0")
token = {"token": launch["token"]} if "token" in launch else {}
send("hello", {"name": launch["name"], "role": "policy", "version": version, "speaks": {"major": 1, "minor": 2}, **token})
poller = zmq.Poller()
poller.register(socket, zmq.POLLIN)
if token:
    poller.register(sys.stdin.fileno(), zmq.POLLIN)
while True:
    # On another host nobody ends it when its connection is cut: it begins anew by itself.
    events = dict(poller.poll(None if token else 15_000))
    if not events:
        sys.exit(1)
    if sys.stdin.fileno() in events and not os.read(sys.stdin.fileno(), 1):
        sys.exit(0)
    if socket not in events:
        continue
    header, body = socket.recv_multipart()
    header = json.loads(header)
    if header["type"] == "welcome":
        welcome = json.loads(body)
        session, settings = welcome["session"], welcome["settings"]
        ready(header)
    elif header["type"] == "configure":
        settings = json.loads(body)["settings"]
        ready(header)
    elif header["type"] == "heartbeat":
        send("heartbeat", {}, header["id"])
    elif header["type"] == "evaluate":
        evaluate(header)
    elif header["type"] == "drain":
        send("bye", {"reason": "drained"})
        sys.exit(0)
