"""Starts a plugin: finds out where the core is, and talks to it until the end."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from . import _json
from ._codec import WireError, read
from ._connection import EXIT_FAILED, EXIT_SETTINGS, Connection, EndpointError, Launch, PluginRole
from ._keys import Place, read_keys
from ._log import fault, note, set_up


@dataclass(frozen=True)
class Manifest:
    """What the kit takes from ``plugin.json``."""

    name: str = ""
    version: str = "0.0.0"


def main(role: PluginRole, name: str) -> NoReturn:
    """Reads the launch line from standard input, or ``--endpoint E [--name N]`` when started by hand, or on another
    host (``docs/hosts.md``): then what the options do not say stands in the environment. Ends the process."""
    set_up()
    try:
        manifest = _manifest()
        launch, place = _launch(manifest.name or name)
    except (ValueError, OSError) as error:
        note(logging.ERROR, str(error))
        sys.exit(EXIT_SETTINGS)
    try:
        with _signals() as descriptor:
            connection = Connection(
                role,
                launch,
                manifest.version,
                standard_input=0 if place is None else None,
                signals=descriptor,
                place=place or Place(),
            )
            code = connection.run()
    except EndpointError as error:
        note(logging.ERROR, str(error))
        code = EXIT_SETTINGS
    except Exception:
        fault("the kit failed; this is a defect of bigbrother_plugin")
        code = EXIT_FAILED
    sys.stderr.flush()
    sys.exit(code)


def _manifest() -> Manifest:
    """Beside the program; absent when it is started from elsewhere."""
    path = Path(sys.argv[0]).resolve().with_name("plugin.json")
    if not path.is_file():
        return Manifest()
    try:
        return read(Manifest, json.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _launch(name: str) -> tuple[Launch, Place | None]:
    """No place: the core has started it."""
    parser = argparse.ArgumentParser(description=f"The plugin {name}. bigbrother starts it; by hand it needs --endpoint.")
    given = os.environ.get
    parser.add_argument(
        "--endpoint",
        default=given("BIGBROTHER_ENDPOINT"),
        help="such as ipc:///path/to/state/sockets/policy, or tcp://host:port with keys",
    )
    parser.add_argument(
        "--name", default=given("BIGBROTHER_NAME") or name, help="the name in the configuration, with start: false"
    )
    parser.add_argument(
        "--server-key", default=given("BIGBROTHER_SERVER_KEY"), help="the core's public key, or its .public file"
    )
    parser.add_argument("--key", default=given("BIGBROTHER_KEY_FILE"), help="the plugin's own .secret file")
    parser.add_argument("--state", default=given("BIGBROTHER_STATE"), help="a folder of this host for its files")
    arguments = parser.parse_args()
    if arguments.endpoint:
        keys = read_keys(arguments.key, arguments.server_key)
        return Launch(arguments.endpoint, arguments.name), Place(keys, arguments.state)
    line = _first_line()
    try:
        return read(Launch, _json.parse(line)), None
    except (WireError, _json.JSONError) as error:
        raise ValueError(
            f"standard input: the core writes one line there, this is none: {error}; by hand: --endpoint "
            "ipc:///path/to/sockets/ROLE [--name NAME]"
        ) from error


def _first_line() -> bytes:
    """Byte by byte: what follows belongs to the connection, which watches for the end."""
    line = b""
    while len(line) < 65_536:
        byte = os.read(0, 1)
        if byte in (b"", b"\n"):
            break
        line += byte
    return line


@contextmanager
def _signals() -> Iterator[int]:
    """SIGTERM and SIGINT as bytes of a descriptor, which the thread of the socket watches."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)

    def taken(number: int, frame: FrameType | None) -> None:
        """The wake-up descriptor has it."""

    before: list[Any] = [signal.signal(number, taken) for number in (signal.SIGTERM, signal.SIGINT)]
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        yield reader.fileno()
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before):
            signal.signal(number, handler)
        reader.close()
        writer.close()
