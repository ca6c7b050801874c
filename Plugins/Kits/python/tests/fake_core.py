"""A core over real ipc sockets, for tests: binds a ROUTER, says what a test tells it, and hands out what it hears.

Every wait is for an event, and ends with an error after ``PATIENCE``. Every message that is heard must be what the schema says.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from bigbrother_plugin._connection import Connection, Launch, PluginRole

PATIENCE = 10.0
PROTO = Path(__file__).resolve().parents[4] / "proto"


def _schemas() -> dict[str, Draft202012Validator]:
    bodies = {path.name: json.loads(path.read_text()) for path in (PROTO / "schema").glob("*.json")}
    resources = [(name, Resource.from_contents(schema)) for name, schema in bodies.items()]
    registry: Any = Registry().with_resources(resources)
    return {name.split(".")[0]: Draft202012Validator(schema, registry=registry) for name, schema in bodies.items()}


#: An independent validator for every message, by its type.
SCHEMAS = _schemas()


def vector(name: str) -> Any:
    """The body of a good vector."""
    return json.loads((PROTO / "vectors/good" / f"{name}.json").read_text())["body"]


@dataclass(frozen=True)
class Heard:
    """A message from the plugin, and who sent it."""

    peer: bytes
    header: dict[str, Any]
    body: Any

    @property
    def type(self) -> str:
        return str(self.header["type"])


class FakeCore:
    """One ROUTER. Not for several threads."""

    def __init__(self, folder: Path, role: str = "policy") -> None:
        self.endpoint = f"ipc://{folder}/{role}"
        self._context = zmq.Context()
        self.bind()
        self.session = "s1.1"
        self.epoch = 1
        self.version = "1.2"
        self.peer = b""
        self.sent = 0
        self._heard: dict[bytes, int] = {}

    def bind(self) -> None:
        self._socket: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._socket.bind(self.endpoint)

    def die(self) -> None:
        """The socket goes, with everything in it."""
        self._socket.close(linger=0)

    def close(self) -> None:
        self.die()
        self._context.term()

    def hear(self, *types: str) -> Heard:
        """The next message; of these types, when any are named: others are an error, but heart-beats are passed over."""
        while True:
            if not self._socket.poll(int(PATIENCE * 1_000)):
                raise AssertionError(f"nothing was heard in {PATIENCE} s, {' or '.join(types)} was expected")
            peer, head, body = self._socket.recv_multipart()
            heard = Heard(peer, json.loads(head), json.loads(body))
            SCHEMAS["header"].validate(heard.header)
            self._heard[peer] = self._heard.get(peer, 0) + 1
            assert heard.header["seq"] == self._heard[peer], f"a gap: {heard.header}"
            SCHEMAS[heard.type].validate(heard.body)
            if heard.type == "heartbeat" and "heartbeat" not in types:
                continue
            if types and heard.type not in types:
                raise AssertionError(f"{' or '.join(types)} was expected, not {heard}")
            return heard

    def hears_nothing(self, milliseconds: int) -> bool:
        return not self._socket.poll(milliseconds)

    def say(self, kind: str, body: Any, **fields: Any) -> str:
        """Returns the id."""
        self.sent += 1
        header = {
            "v": self.version, "type": kind, "id": f"{self.session}-{self.sent}", "session": self.session, "epoch": self.epoch,
            "seq": self.sent, **fields,
        }
        self.say_raw(json.dumps(header).encode(), json.dumps(body).encode())
        return str(header["id"])

    def say_raw(self, *frames: bytes) -> None:
        self._socket.send_multipart([self.peer, *frames])

    def welcome(
        self, settings: Any, *, heartbeat_milliseconds: int = 60_000, lockstep: bool = True, state: Path | str = "/tmp",
        identity: dict[str, Any] | None = None, **more: Any,
    ) -> Heard:
        """Hears hello, and answers it. Returns the hello. Heart-beats come when a test sends them, so mostly they are long."""
        hello = self.hear("hello")
        self.peer = hello.peer
        self.say(
            "welcome",
            {"session": self.session, "account": "demo", "settings": settings, "lockstep": lockstep,
             "heartbeat_milliseconds": heartbeat_milliseconds, "state_directory": str(state), **({"core": identity} if identity else {}), **more},
            re=hello.header["id"],
        )
        return hello

    def drain(self) -> None:
        self.say("drain", {"reason": "the core stops"})
        self.hear("bye")


class RunningPlugin:
    """A plugin on a thread of this process."""

    def __init__(self, role: PluginRole, endpoint: str, name: str = "tested") -> None:
        self._connection = Connection(role, Launch(endpoint, name, "t0ken"), "1.2.3", standard_input=None, signals=None)
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.code = self._connection.run()

    def wait(self) -> int | None:
        """The exit code."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the plugin did not end"
        return self.code
