"""One plugin's life with the core: hello, heart-beats, drain, a new hello when the core is lost. Owns the socket.

Invariants:
- I-PYK-1: Only the thread that is in ``run`` touches the socket; it never runs the plugin's code, so heart-beats are always answered.
- I-PYK-2: An answer of an earlier session is never sent in a later one.
- I-PYK-3: Numbers (``seq``) are given when a message leaves, so there is no gap that we made.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Protocol

import zmq

from . import limits
from ._codec import WireError
from ._keys import Place
from ._log import log, note
from ._worker import Answer, Call, Outbox, Outlet, Stop, Worker
from .messages import (
    Configure, Empty, Fault, Header, HeaderError, Hello, Message, Ready, Role, Speaks, Welcome, body_of, minor_of, pack, unpack,
)
from .settings import SettingsError

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_SETTINGS = 2
EXIT_REFUSED = 3


@dataclass(frozen=True)
class Launch:
    """What a plugin is given at its start."""

    endpoint: str
    name: str
    token: str | None = None


class EndpointError(ValueError):
    """An endpoint that is none."""


class PluginRole(Protocol):
    """What a kind of plugin does with what the core says. Every method runs on the worker's thread, but ``accepts``."""

    #: Which of the core's sockets it speaks to.
    role: Role
    #: Messages that are its work.
    accepts: frozenset[str]
    #: Those of which only the newest counts.
    newest_only: frozenset[str]

    def start(self, welcome: Welcome, outlet: Outlet, worker: Worker) -> Ready:
        """Makes itself from its settings. Raises ``SettingsError`` or ``WireError`` when they are wrong."""

    def started(self) -> None:
        """``ready`` is on its way."""

    def configure(self, settings: Any) -> Ready:
        """Makes itself anew; when it raises, it goes on as it was."""

    def handle(self, message: Message, outlet: Outlet, call: Call) -> None:
        """Answers one message."""


class Connection:
    """See the module. ``run`` returns the exit code."""

    def __init__(
        self,
        role: PluginRole,
        launch: Launch,
        version: str,
        *,
        standard_input: int | None,
        signals: int | None,
        place: Place = Place(),
    ) -> None:
        self._place = place
        self._role = role
        self._launch = launch
        self._version = version
        self._input = standard_input
        self._signals = signals
        self._outbox = Outbox()
        self._worker = Worker()
        self._context = zmq.Context()
        self._begin_anew()

    def run(self) -> int:
        """Until the core says drain, is gone, or a signal comes."""
        try:
            while True:
                code = self._talk()
                if code is not None:
                    return code
                note(
                    logging.WARNING,
                    "the core is silent; saying hello again"
                    if self._session
                    else f"not let in at {self._launch.endpoint}; does the core listen there, and is this key allowed?",
                )
        finally:
            self._worker.close()
            self._outbox.close()
            self._context.term()

    # MARK: one socket's life

    def _begin_anew(self) -> None:
        self._session = ""
        self._core_minor = limits.PROTOCOL_MINOR
        self._epoch = 0
        self._sent = 0
        self._unsent: deque[Answer | Stop] = deque()
        self._heartbeat_seconds = limits.HEARTBEAT_MILLISECONDS / 1_000
        self._heard = time.monotonic()
        self._next_hello = 0.0
        self._drain_until: float | None = None

    def _talk(self) -> int | None:
        """None when the socket is to be replaced."""
        self._begin_anew()
        self._socket = self._open()
        code: int | None = None
        try:
            while code is None and not self._is_core_silent():
                code = self._turn()
            return code
        finally:
            self._socket.close(linger=0 if code is None else limits.LINGER_MILLISECONDS)

    def _open(self) -> zmq.Socket[bytes]:
        socket: zmq.Socket[bytes] = self._context.socket(zmq.DEALER)
        socket.setsockopt(zmq.IMMEDIATE, 1)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, limits.MESSAGE_BYTES)
        socket.setsockopt(zmq.RECONNECT_IVL, limits.RECONNECT_MILLISECONDS)
        socket.setsockopt(zmq.RECONNECT_IVL_MAX, limits.RECONNECT_LONGEST_MILLISECONDS)
        if self._launch.endpoint.startswith("tcp://"):
            # tcp alone notices a pulled cable after many minutes.
            socket.setsockopt(zmq.HEARTBEAT_IVL, limits.TCP_HEARTBEAT_MILLISECONDS)
            socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, limits.TCP_SILENCE_MILLISECONDS)
        if (keys := self._place.keys) is not None:
            socket.setsockopt(zmq.CURVE_PUBLICKEY, keys.public)
            socket.setsockopt(zmq.CURVE_SECRETKEY, keys.secret)
            socket.setsockopt(zmq.CURVE_SERVERKEY, keys.server)
        try:
            socket.connect(self._launch.endpoint)
        except zmq.ZMQError as error:
            socket.close()
            raise EndpointError(
                f'the endpoint "{self._launch.endpoint}" cannot be connected to: {error}; it is written ipc:///path/to/socket'
            ) from error
        return socket

    def _turn(self) -> int | None:
        """Waits for what comes first, and does it."""
        self._say_hello_when_due()
        ready = self._wait()
        if self._input in ready and not os.read(self._input or 0, 4096):
            return EXIT_DONE  # The core is gone, there is nobody to say goodbye to.
        if self._signals in ready and self._was_stopped():
            return self._last_word("stopped by a signal", EXIT_DONE)
        if ready.get(self._socket, 0) & zmq.POLLIN:
            code = self._receive()
            if code is not None:
                return code
        if self._has_room:
            self._unsent.extend(self._outbox.take())
        code = self._flush()
        return code if code is not None else self._overdue()

    @property
    def _has_room(self) -> bool:
        """While the core takes nothing, answers stay in the outbox, and whoever makes them waits."""
        return len(self._unsent) < limits.OUTBOX

    def _wait(self) -> dict[Any, int]:
        """A DEALER with IMMEDIATE can be written to when the core is there, which is when hello can be said."""
        now = time.monotonic()
        is_hello_due = not self._session and now >= self._next_hello
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN | (zmq.POLLOUT if self._unsent or is_hello_due else 0))
        for descriptor in (self._outbox.descriptor if self._has_room else None, self._input, self._signals):
            if descriptor is not None:
                poller.register(descriptor, zmq.POLLIN)
        seconds = 0.5 if self._session or is_hello_due else min(0.5, self._next_hello - now)
        return dict(poller.poll(int(seconds * 1_000) + 1))

    def _is_core_silent(self) -> bool:
        patience = limits.SILENT_HEARTBEATS * self._heartbeat_seconds + limits.GRACE_SECONDS
        silence = time.monotonic() - self._heard
        if not self._session:
            # A socket that the core has refused once never tries again (libzmq 4.3.4).
            return self._launch.endpoint.startswith("tcp://") and silence > limits.REFUSED_SECONDS
        return silence > patience

    def _overdue(self) -> int | None:
        """A drain that takes too long, and work that never returns."""
        if self._drain_until is not None and time.monotonic() > self._drain_until:
            return self._last_word("drained, with work under way", EXIT_DONE)
        stuck = self._worker.stuck
        if stuck is None:
            return None
        note(logging.ERROR, "it never returns; the process ends, to be started again", during=stuck.what)
        return self._last_word(f"{stuck.what} never returned", EXIT_FAILED)

    def _was_stopped(self) -> bool:
        """SIGTERM ends a plugin. The terminal sends SIGINT to everybody; a child leaves the decision to the core."""
        numbers = os.read(self._signals or 0, 64)
        return signal.SIGTERM in numbers or (signal.SIGINT in numbers and self._input is None)

    # MARK: what is sent

    def _say_hello_when_due(self) -> None:
        now = time.monotonic()
        if self._session or now < self._next_hello:
            return
        hello = Hello(self._launch.name, self._role.role, self._version, Speaks(), self._launch.token or None)
        if self._send(Answer("", "hello", body_of(hello))):
            self._next_hello = now + limits.HELLO_SECONDS

    def _flush(self) -> int | None:
        """Sends until the socket is full; what belongs to an earlier session is of no use to this one."""
        dropped = 0
        while self._unsent:
            item = self._unsent[0]
            if isinstance(item, Stop):
                return item.code
            if item.session != self._session:
                dropped += 1
            elif not self._send(item):
                break
            self._unsent.popleft()
        if dropped:
            note(logging.WARNING, "answers to a session that is over were dropped", count=dropped)
        return None

    def _send(self, answer: Answer) -> bool:
        """False when the socket takes nothing now: the core is not there, or busy."""
        header = Header(
            v=f"{limits.PROTOCOL_MAJOR}.{limits.PROTOCOL_MINOR}", type=answer.type, id=f"p{self._sent + 1}",
            # A hello knows no session and no epoch, whatever the core before this one said.
            session=self._session, epoch=0 if answer.type == "hello" else self._epoch, seq=self._sent + 1,
            cycle=answer.cycle, re=answer.re,
        )
        try:
            self._socket.send_multipart(pack(header, answer.body), zmq.NOBLOCK)
        except zmq.Again:
            return False
        except WireError as error:
            note(logging.ERROR, "not sent", why=error)
            return answer.type == "error" or self._send(
                Answer(answer.session, "error", body_of(Fault(str(error))), answer.re, answer.cycle)
            )
        self._sent += 1
        return True

    def _say(self, kind: str, body: Any, *, re: str | None = None, cycle: int | None = None) -> None:
        self._unsent.append(Answer(self._session, kind, body_of(body), re, cycle))

    def _last_word(self, why: str, code: int) -> int:
        if self._session:
            self._send(Answer(self._session, "bye", body_of(Fault(why))))
        return code

    # MARK: what is received

    def _receive(self) -> int | None:
        """Everything that has arrived, one message at a time."""
        while True:
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return None
            self._heard = time.monotonic()
            code = self._take(frames)
            if code is not None:
                return code

    def _take(self, frames: list[bytes]) -> int | None:
        try:
            message = unpack(frames)
            return self._act(message)
        except HeaderError as error:
            self._not_understood(str(error), error.re, error.cycle, error.is_answered)
        except WireError as error:
            is_answered = message.header.type not in ("error", "refused", "bye")
            self._not_understood(str(error), message.header.id, message.header.cycle, is_answered)
        return None

    def _act(self, message: Message) -> int | None:
        header = message.header
        self._epoch = max(self._epoch, header.epoch)
        if header.type == "welcome":
            self._begin(message)
        elif header.type == "refused":
            note(logging.ERROR, "the core refused", why=message.data(Fault).reason)
            return EXIT_REFUSED
        elif header.type == "error":
            note(logging.WARNING, "the core says", why=message.data(Fault).reason)
        elif not self._session or header.session != self._session:
            note(logging.WARNING, "a message of another session was dropped", type=header.type, session=header.session)
        elif header.type == "heartbeat":
            self._say("heartbeat", Empty(), re=header.id)
        elif header.type == "drain":
            self._drain(message.data(Fault).reason)
        elif header.type == "configure":
            self._reconfigure(message)
        elif header.type in self._role.accepts:
            self._work(message)
        else:
            self._not_understood(f'a {self._role.role} knows no message "{header.type[:64]}"', header.id, header.cycle)
        return None

    def _not_understood(self, why: str, re: str | None, cycle: int | None = None, is_answered: bool = True) -> None:
        """It is answered, so that nobody waits, and not acted upon."""
        note(logging.WARNING, "not understood", why=why)
        if self._session and is_answered:
            self._say("error", Fault(why), re=re, cycle=cycle)

    def _begin(self, message: Message) -> None:
        welcome = message.data(Welcome)
        if self._place.state_directory:
            welcome = replace(welcome, state_directory=self._place.state_directory)
        self._session = welcome.session
        self._core_minor = minor_of(message.header.v)
        self._heartbeat_seconds = welcome.heartbeat_milliseconds / 1_000
        self._submit(Call("start"), lambda: self._start(welcome, message.header.id))

    def _reconfigure(self, message: Message) -> None:
        settings, header = message.data(Configure).settings, message.header
        outlet = Outlet(self._outbox, self._session, self._core_minor)
        self._submit(Call("configure"), lambda: self._configure(settings, header, outlet))

    def _drain(self, why: str) -> None:
        note(logging.INFO, "draining", why=why)
        self._drain_until = time.monotonic() + limits.DRAIN_SECONDS
        outlet = Outlet(self._outbox, self._session, self._core_minor)
        self._worker.interrupt()

        def leave() -> None:
            outlet.send("bye", Fault("drained"))
            self._outbox.put(Stop(EXIT_DONE))

        self._submit(Call("drain"), leave)

    def _work(self, message: Message) -> None:
        header, outlet = message.header, Outlet(self._outbox, self._session, self._core_minor)
        budget = header.budget_milliseconds
        call = Call(header.type, None if budget is None else time.monotonic() + budget / 1_000)
        is_newest_only = header.type in self._role.newest_only

        def work() -> None:
            try:
                self._role.handle(message, outlet, call)
            except BaseException as error:
                fault_of(header, error)
                fence = getattr(error, "fence", None)
                outlet.send("error", Fault(described(error), fence), re=header.id, cycle=header.cycle)

        self._submit(call, work, header, supersedes=is_newest_only)

    def _submit(self, call: Call, job: Any, header: Header | None = None, *, supersedes: bool = False) -> None:
        if not self._worker.submit(call, job, supersedes=supersedes):
            why = f"{limits.INBOX} messages wait for the plugin; this one is refused"
            self._not_understood(why, None if header is None else header.id, None if header is None else header.cycle)

    # MARK: on the worker's thread

    def _start(self, welcome: Welcome, re: str) -> None:
        outlet = Outlet(self._outbox, welcome.session, self._core_minor)
        try:
            ready = self._role.start(welcome, outlet, self._worker)
            outlet.send("ready", ready, re=re)
        except BaseException as error:
            are_settings = isinstance(error, (SettingsError, WireError))
            why = f"settings: {error}" if are_settings else f"the start failed: {described(error)}"
            note(logging.ERROR, why)
            if not are_settings:
                fault_of(None, error)
            outlet.send("error", Fault(why), re=re)
            outlet.send("bye", Fault(why))
            return self._outbox.put(Stop(EXIT_SETTINGS if are_settings else EXIT_FAILED))
        self._role.started()

    def _configure(self, settings: Any, header: Header, outlet: Outlet) -> None:
        try:
            outlet.send("ready", self._role.configure(settings), re=header.id)
        except BaseException as error:
            note(logging.WARNING, "the new settings are refused", why=described(error))
            outlet.send("error", Fault(f"settings: {described(error)}"), re=header.id)


def described(error: BaseException) -> str:
    """An exception for the journal: its words where it is a sentence of ours, else with its kind."""
    return str(error) if isinstance(error, (SettingsError, WireError)) else f"{type(error).__name__}: {error}"


def fault_of(header: Header | None, error: BaseException) -> None:
    """Logs what the plugin's code raised, with its trace."""
    fields = {"during": "start"} if header is None else {"during": header.type, "id": header.id, "cycle": header.cycle}
    log.error("the plugin's code failed", exc_info=error, extra={"fields": fields})
