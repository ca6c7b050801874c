"""Providers in lockstep and in real time, over real sockets."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bigbrother_plugin import Bar, CorporateAction, Market, ProviderContext, Quote, Split, limits, provider
from bigbrother_plugin.provider import ProviderRole
from csv_quotes import csv_quotes
from fake_core import FakeCore, RunningPlugin

kit_provider = importlib.import_module("bigbrother_plugin.provider")

CSV = """time,symbol,bid,ask
2026-03-16T13:31:00Z,ALFA,100.00,100.02
2026-03-16T13:31:00Z,BRVO,50.1,50.12
2026-03-16T13:32:00.000001Z,ALFA,101.123,101.125
"""


@pytest.fixture
def core(sockets: Path) -> Any:
    core = FakeCore(sockets, "provider")
    yield core
    core.close()


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    path = tmp_path / "quotes.csv"
    path.write_text(CSV)
    return path


def advance(core: FakeCore) -> Any:
    question = core.say("advance", {})
    heard = core.hear("market", "error")
    assert heard.header["re"] == question
    return heard


def test_lockstep_is_one_update_for_each_advance_and_the_last_says_so(core: FakeCore, tape: Path) -> None:
    plugin = RunningPlugin(ProviderRole(csv_quotes), core.endpoint)
    core.welcome({"file": str(tape)})
    core.hear("ready")
    assert advance(core).body == {
        "at": "1773667860000000000", "session": "regular", "quotes": [
            {"symbol": "ALFA", "at": "1773667860000000000", "bid": "100", "ask": "100.02", "last": "100"},
            {"symbol": "BRVO", "at": "1773667860000000000", "bid": "50.1", "ask": "50.12", "last": "50.1"},
        ],
    }
    last = advance(core).body
    assert (last["at"], last["is_last"], last["quotes"][0]["bid"]) == ("1773667920000001000", True, "101.123")
    assert advance(core).body["reason"] == "the tape has ended"
    core.drain()
    assert plugin.wait() == 0


def test_history_comes_in_pieces_with_whole_symbols_the_newest_last(
    core: FakeCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass(frozen=True)
    class Nothing:
        pass

    def bar(symbol: str, minute: int) -> Bar:
        one = Decimal(1)
        return Bar(symbol, minute * 60_000_000_000, 60_000_000_000, one, one, one, one, one)

    def past(settings: Nothing, context: ProviderContext, period: int, count: int) -> list[Bar]:
        return [bar(symbol, minute) for symbol in ("BRVO", "ALFA") for minute in (3, 2, 1)]

    @provider(settings=Nothing, history=past)
    def quiet(settings: Nothing, context: ProviderContext) -> Iterator[Market]:
        yield from ()

    monkeypatch.setattr(kit_provider, "MOST_BARS", 3)
    plugin = RunningPlugin(ProviderRole(quiet), core.endpoint)
    core.welcome({})
    assert core.hear("ready").body == {"history": {}}
    question = core.say("history", {"period": "60000000000", "count": 2})
    pieces = [core.hear("bars") for _ in range(2)]
    assert all(piece.header["re"] == question for piece in pieces)
    assert [[(row["symbol"], int(row["start"]) // 60_000_000_000) for row in piece.body["bars"]] for piece in pieces] == [
        [("ALFA", 2), ("ALFA", 3)], [("BRVO", 2), ("BRVO", 3)],
    ]
    assert [piece.body.get("is_last") for piece in pieces] == [None, True]
    core.drain()
    assert plugin.wait() == 0


def test_a_new_session_has_a_tape_of_its_own(core: FakeCore, tape: Path) -> None:
    plugin = RunningPlugin(ProviderRole(csv_quotes), core.endpoint)
    core.welcome({"file": str(tape)}, heartbeat_milliseconds=10)
    core.hear("ready")
    first = advance(core).body
    core.die()
    core.bind()
    core.session, core.sent = "s2.1", 0
    core.welcome({"file": str(tape)})
    core.hear("ready")
    assert advance(core).body == first
    core.drain()
    assert plugin.wait() == 0


def test_a_row_that_is_wrong_is_told_with_its_line(core: FakeCore, tape: Path) -> None:
    tape.write_text(CSV + "yesterday,ALFA,1,2\n")
    plugin = RunningPlugin(ProviderRole(csv_quotes), core.endpoint)
    core.welcome({"file": str(tape)})
    core.hear("ready")
    advance(core)
    assert "quotes.csv line 5: time, symbol, bid and ask are needed" in advance(core).body["reason"]
    core.drain()
    assert plugin.wait() == 0


def test_a_missing_file_is_a_wrong_setting(core: FakeCore) -> None:
    plugin = RunningPlugin(ProviderRole(csv_quotes), core.endpoint)
    core.welcome({"file": "nowhere.csv"})
    assert "settings: file: there is no file /" in core.hear("error").body["reason"]
    core.hear("bye")
    assert plugin.wait() == 2


def test_in_real_time_the_file_begins_now(core: FakeCore, tape: Path) -> None:
    plugin = RunningPlugin(ProviderRole(csv_quotes), core.endpoint)
    before = time.time_ns()
    core.welcome({"file": str(tape), "speed": 1_000}, lockstep=False)
    core.hear("ready")
    first, second = (int(core.hear("market").body["at"]) for _ in range(2))
    assert first >= before and second - first == 60_000_001_000 // 1_000
    assert core.hear("market").body["is_last"]
    core.drain()
    assert plugin.wait() == 0


@dataclass(frozen=True)
class NoSettings:
    """None."""


def test_real_time_sends_an_update_when_its_time_has_come(core: FakeCore) -> None:
    due = time.time_ns() + 50_000_000

    @provider(settings=NoSettings)
    def soon(settings: NoSettings, context: ProviderContext) -> Iterator[Market]:
        yield Market(at=1)
        yield Market(at=due)

    plugin = RunningPlugin(ProviderRole(soon), core.endpoint)
    core.welcome({}, lockstep=False)
    core.hear("ready")
    assert core.hear("market").body == {"at": "1"}, "what is past is sent at once"
    assert core.hear("market").body == {"at": str(due)}
    assert time.time_ns() >= due
    assert core.hear("market").body["is_last"] is True
    core.drain()
    assert plugin.wait() == 0


def test_drain_does_not_wait_for_the_next_update(core: FakeCore) -> None:
    @provider(settings=NoSettings)
    def tomorrow(settings: NoSettings, context: ProviderContext) -> Iterator[Market]:
        yield Market(at=time.time_ns() + 86_400 * 10**9)

    plugin = RunningPlugin(ProviderRole(tomorrow), core.endpoint)
    core.welcome({}, lockstep=False)
    core.hear("ready")
    core.say("drain", {"reason": "the core stops"})
    assert core.hear("bye").body == {"reason": "drained"}
    assert plugin.wait() == 0


def test_while_the_core_takes_nothing_the_generator_waits_and_nothing_is_lost(
    core: FakeCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "OUTBOX", 10)
    made = [0]

    @provider(settings=NoSettings)
    def flood(settings: NoSettings, context: ProviderContext) -> Iterator[Market]:
        for at in range(8_000):
            made[0] = at
            yield Market(at=at, corporate_actions=(CorporateAction("x" * 2_000, "ALFA", Split(2, 1), at),))

    plugin = RunningPlugin(ProviderRole(flood), core.endpoint)
    core.welcome({}, lockstep=False)
    core.hear("ready")
    lead = 0
    for at in range(8_000):
        assert core.hear("market").body["at"] == str(at)
        lead = max(lead, made[0] - at)
    assert lead < 5_000, "more than the sockets hold was made ahead"
    assert core.hear("market").body["is_last"]
    core.drain()
    assert plugin.wait() == 0


def test_time_that_does_not_grow_is_a_fault(core: FakeCore) -> None:
    @provider(settings=NoSettings)
    def backwards(settings: NoSettings, context: ProviderContext) -> Iterator[Market]:
        yield Market(at=5)
        yield Market(at=5)

    plugin = RunningPlugin(ProviderRole(backwards), core.endpoint)
    core.welcome({})
    core.hear("ready")
    advance(core)
    assert "at: 5 does not come after 5" in advance(core).body["reason"]
    core.drain()
    assert plugin.wait() == 0


def test_a_generator_that_fails_ends_the_process_so_that_it_is_started_again(core: FakeCore) -> None:
    @provider(settings=NoSettings)
    def fails(settings: NoSettings, context: ProviderContext) -> Iterator[Market]:
        yield Market(at=1)
        raise RuntimeError("websocket closed: code 1006")

    plugin = RunningPlugin(ProviderRole(fails), core.endpoint)
    core.welcome({}, lockstep=False)
    core.hear("ready")
    assert core.hear("market").body == {"at": "1"}
    assert "websocket closed: code 1006" in core.hear("error").body["reason"]
    assert "websocket closed: code 1006" in core.hear("bye").body["reason"]
    assert plugin.wait() == 1


def test_in_real_time_what_does_not_grow_is_a_fault_that_ends_the_process_too(core: FakeCore) -> None:
    @provider(settings=NoSettings)
    def backwards(settings: NoSettings, context: ProviderContext) -> Iterator[Market]:
        yield Market(at=5)
        yield Market(at=5)

    plugin = RunningPlugin(ProviderRole(backwards), core.endpoint)
    core.welcome({}, lockstep=False)
    core.hear("ready")
    assert core.hear("market").body == {"at": "5"}
    assert "at: 5 does not come after 5" in core.hear("error").body["reason"]
    core.hear("bye")
    assert plugin.wait() == 1


class SetBack:
    """The wall's clock, which a test can set."""

    def __init__(self) -> None:
        self.by = 0

    def time_ns(self) -> int:
        return time.time_ns() - self.by

    monotonic_ns = staticmethod(time.monotonic_ns)


@pytest.mark.parametrize("seconds", [1, 3_600, 90_000])
def test_a_clock_that_is_set_back_stops_nothing(
    core: FakeCore, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    clock = SetBack()
    monkeypatch.setattr(kit_provider, "time", clock)
    begin = time.time_ns()

    @provider(settings=NoSettings)
    def live(settings: NoSettings, context: ProviderContext) -> Iterator[Market]:
        for count in range(6):
            if count == 2:
                clock.by = seconds * 10**9
            now, venue = clock.time_ns(), time.time_ns() + 50
            yield Market(at=now, quotes=(Quote("AAA", now, last=Decimal(count + 1)), Quote("BBB", venue, last=Decimal(1))))
            time.sleep(0.02)

    plugin = RunningPlugin(ProviderRole(live), core.endpoint)
    core.welcome({}, lockstep=False)
    core.hear("ready")
    heard = [core.hear("market").body for _ in range(6)]
    times = [int(body["at"]) for body in heard]
    assert times == sorted(set(times)) and begin <= times[0] and times[-1] <= time.time_ns() + 10**9
    for body in heard:
        own, venue = (int(quote["at"]) for quote in body["quotes"])
        assert own <= int(body["at"]) and abs(own - int(body["at"])) < 10**6, "stamped by the clock that was set back"
        assert begin <= venue <= int(body["at"]) + 10**7, "the venue's own time stays"
    assert core.hear("market").body["is_last"] is True
    core.drain()
    assert plugin.wait() == 0
