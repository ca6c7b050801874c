"""A server that does what the transport must stand: over TLS with a certificate and its key as arguments, else in the clear.

Prints its port. Ends when its standard input does.
"""
import base64
import hashlib
import json
import socket
import ssl
import sys
import threading

requests = []  # method, path, connection: everything that came, in its order
lock = threading.Lock()


def read_request(file):
    line = file.readline().decode()
    if not line.strip():
        return None
    method, path, _ = line.split(" ", 2)
    headers = {}
    while (line := file.readline().decode().strip()):
        name, value = line.split(":", 1)
        headers[name.lower()] = value.strip()
    body = file.read(int(headers.get("content-length", 0)))
    return method, path, headers, body


def answer(file, status, body=b"", headers=()):
    lines = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(body)}", *headers]
    file.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    file.flush()


def frame(opcode, payload, last=True):
    head = bytes([opcode | (0x80 if last else 0)])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 65536:
        return head + bytes([126]) + len(payload).to_bytes(2, "big") + payload
    return head + bytes([127]) + len(payload).to_bytes(8, "big") + payload


def read_frame(file):
    first = file.read(2)
    if len(first) < 2:
        return 8, b""
    count = first[1] & 127
    if count == 126:
        count = int.from_bytes(file.read(2), "big")
    elif count == 127:
        count = int.from_bytes(file.read(8), "big")
    assert first[1] & 128, "a client masks"
    mask = file.read(4)
    return first[0] & 15, bytes(byte ^ mask[i & 3] for i, byte in enumerate(file.read(count)))


def web_socket(file, path, headers):
    key = headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    if path == "/ws/wrong":
        accept = accept[::-1]
    if path == "/ws/refused":
        return answer(file, 406)
    file.write(f"HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode() + frame(1, b"welcome"))
    file.flush()
    while True:
        opcode, payload = read_frame(file)
        if opcode == 8:
            file.write(frame(8, payload))
            file.flush()
            return
        if opcode == 9:
            file.write(frame(10, payload))
        elif payload == b"parts":
            file.write(frame(1, b"one ", last=False) + frame(9, b"?") + frame(0, b"two"))
        elif payload == b"large":
            file.write(frame(2, b"x" * 3_000_000))
        elif payload == b"end":
            file.write(frame(8, b"\x0f\xa0go away"))
            file.flush()
            read_frame(file)
            return
        elif payload == b"cut":
            return
        elif payload == b"bad":
            file.write(b"\xf1\x00")
        elif opcode in (1, 2):
            file.write(frame(opcode, payload))
        elif opcode == 10:
            file.write(frame(1, b"pong " + payload))
        file.flush()


def events(file):
    file.write(b"HTTP/1.1 200 Words\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    file.flush()
    for part in (b": hear", b"tbeat\n\nid: 7\nda", b"ta: {}\n\n"):
        file.write(part)
        file.flush()


def serve(connection, number):
    file = connection.makefile("rwb")
    while (request := read_request(file)):
        method, path, headers, body = request
        with lock:
            if path != "/requests":
                requests.append([method, path, number])
        if "upgrade" in headers:
            web_socket(file, path, headers)
            return
        if path == "/requests":
            answer(file, 200, json.dumps(requests).encode())
        elif path == "/drop":
            return
        elif path == "/silent":
            threading.Event().wait()
        elif path == "/events":
            return events(file)
        elif path == "/large":
            answer(file, 200, b"x" * 2_000_000)
        elif path == "/away":
            answer(file, 302, headers=["Location: /requests"])
        elif path == "/limited":
            answer(file, 429, b"slowly", headers=["X-RateLimit-Limit: 200", "X-RateLimit-Remaining: 0", "Retry-After: 3"])
        else:
            told = {"method": method, "path": path, "key": headers.get("apca-api-key-id"), "body": body.decode(), "expect": headers.get("expect")}
            answer(file, 200, json.dumps(told).encode(), headers=["X-Request-ID: abc"])


def handle(connection, number, context):
    try:
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        serve(connection, number)
    except (OSError, ssl.SSLError):
        pass
    finally:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()


def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def accept():
        number = 0
        while True:
            connection, _ = listener.accept()
            number += 1
            threading.Thread(target=handle, args=(connection, number, context), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


main()
