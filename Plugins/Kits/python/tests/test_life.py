"""Hello to bye against a core over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest

from bigbrother_plugin import (
    Bars, Bounds, Needs, Policy, Recommendation, Snapshot, exit, is_cancelled, limits, percent, policy, protect, remaining_seconds,
)
from bigbrother_plugin.policy import PolicyRole
from fake_core import PATIENCE, FakeCore, RunningPlugin, vector


@dataclass(frozen=True)
class Settings:
    trail: Annotated[Decimal, Bounds(above=0, below=1)] = Decimal("0.02")


@policy(settings=Settings)
def trailing(snapshot: Snapshot, settings: Settings) -> list[Recommendation]:
    return [
        protect(position.symbol, distance=percent(settings.trail), measured_from="high_water", reason="it trails")
        for position in snapshot.positions
    ]


def started(core: FakeCore, of: Policy[Any] = trailing, settings: Any = None, **welcome: Any) -> RunningPlugin:
    plugin = RunningPlugin(PolicyRole(of), core.endpoint)
    core.welcome({} if settings is None else settings, **welcome)
    core.hear("ready")
    return plugin


def ended(core: FakeCore, plugin: RunningPlugin) -> None:
    core.drain()
    assert plugin.wait() == 0


def evaluate(core: FakeCore, cycle: int = 1, **fields: Any) -> str:
    return core.say("evaluate", {**vector("evaluate"), "cycle": cycle}, cycle=cycle, **{"budget_milliseconds": 5_000, **fields})


def percent_of(answer: Any) -> str:
    return str(answer.body["recommendations"][0]["advice"]["protect"]["distance"]["percent"])


def test_hello_ready_answer_bye(core: FakeCore) -> None:
    plugin = RunningPlugin(PolicyRole(trailing), core.endpoint)
    hello = core.welcome({"trail": 0.015})
    assert hello.body == {
        "name": "tested", "role": "policy", "version": "1.2.3", "speaks": {"major": 1, "minor": 2}, "token": "t0ken",
    }
    assert (hello.header["session"], hello.header["epoch"], hello.header["seq"]) == ("", 0, 1)
    ready = core.hear("ready")
    assert (ready.header["seq"], ready.header["session"], ready.header["re"]) == (2, "s1.1", "s1.1-1")
    core.epoch = 4
    question = evaluate(core, cycle=42)
    answer = core.hear("recommendations")
    assert (answer.header["re"], answer.header["cycle"], answer.header["epoch"]) == (question, 42, 4)
    assert answer.body["recommendations"] == [
        {"symbol": "NVDA", "advice": {"protect": {"distance": {"percent": "0.015"}, "from": "high_water"}}, "urgency": "high",
         "reason": "it trails"},
    ]
    core.say("drain", {"reason": "the core stops"})
    assert core.hear("bye").header["seq"] == 4
    assert plugin.wait() == 0


def test_hello_is_said_again_until_it_is_answered(core: FakeCore) -> None:
    plugin = RunningPlugin(PolicyRole(trailing), core.endpoint)
    assert core.hear("hello").header["seq"] == 1
    hello = core.welcome({})
    assert hello.header["seq"] == 2
    assert core.hear("ready").header["seq"] == 3
    ended(core, plugin)


def test_refused_ends_with_3(core: FakeCore) -> None:
    plugin = RunningPlugin(PolicyRole(trailing), core.endpoint)
    core.peer = core.hear("hello").peer
    core.session = ""
    core.say("refused", {"reason": "the configuration names no policy \"tested\""})
    assert plugin.wait() == 3


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"trial": 0.02}, 'settings: trial: there is no such setting; did you mean "trail"?'),
        ({"trail": 1}, "settings: trail: it is below 1, not 1"),
        ({"trail": "a lot"}, 'settings: trail: a decimal such as 0.02 is expected, not "a lot"'),
        ({"symbols": {"NVDA": {"trail": 2}}}, "settings: symbols.NVDA.trail: it is below 1, not 2"),
        ({"symbols": {"nvda": {}}}, 'settings: symbols: "nvda" is no symbol'),
        ([], "settings: settings are keys with values, not a list"),
    ],
)
def test_wrong_settings_end_with_2(core: FakeCore, settings: Any, words: str) -> None:
    plugin = RunningPlugin(PolicyRole(trailing), core.endpoint)
    core.welcome(settings)
    assert core.hear("error").body["reason"] == words
    core.hear("bye")
    assert plugin.wait() == 2


def test_settings_of_single_symbols(core: FakeCore) -> None:
    plugin = started(core, settings={"trail": "0.02", "symbols": {"NVDA": {"trail": "0.03"}}})
    evaluate(core)
    answer = core.hear("recommendations")
    assert percent_of(answer) == "0.03" and len(answer.body["recommendations"]) == 1
    ended(core, plugin)


def test_new_settings_while_it_runs(core: FakeCore) -> None:
    plugin = started(core)
    change = core.say("configure", {"settings": {"trail": 0.05}})
    assert core.hear("ready").header["re"] == change
    evaluate(core)
    assert percent_of(core.hear("recommendations")) == "0.05"
    change = core.say("configure", {"settings": {"trail": 7}})
    refusal = core.hear("error")
    assert refusal.header["re"] == change and "trail: it is below 1, not 7" in refusal.body["reason"]
    evaluate(core)
    assert percent_of(core.hear("recommendations")) == "0.05", "the old settings stay in force"
    ended(core, plugin)


def test_needs_are_said_in_ready(core: FakeCore) -> None:
    @policy(settings=Settings, needs=lambda s: Needs(sections=("positions", "portfolio"), bars=(Bars(300 * 10**9, 20),)))
    def needy(snapshot: Snapshot, settings: Settings) -> list[Recommendation]:
        return []

    plugin = RunningPlugin(PolicyRole(needy), core.endpoint)
    core.welcome({"symbols": {"NVDA": {"trail": 0.5}}})
    assert core.hear("ready").body == {
        "needs": {"sections": ["positions", "portfolio"], "bars": [{"period": "300000000000", "count": 20}]}
    }
    ended(core, plugin)


class Thinker:
    """A policy that thinks until a test lets it go on; says when it begins."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.may_go_on = threading.Event()
        self.saw_cancel = threading.Event()
        self.cycles: list[int] = []

        @policy
        def thinking(snapshot: Snapshot) -> Iterator[Recommendation]:
            self.cycles.append(snapshot.cycle)
            self.began.release()
            while not self.may_go_on.wait(0.005):
                if is_cancelled():
                    self.saw_cancel.set()
                    return
            yield exit("NVDA", reason=f"cycle {snapshot.cycle}, {(remaining_seconds() or 0) > 0}")

        self.policy = thinking

    def has_begun(self) -> None:
        assert self.began.acquire(timeout=PATIENCE)


def test_heartbeats_are_answered_while_it_thinks(core: FakeCore) -> None:
    thinker = Thinker()
    plugin = started(core, thinker.policy)
    evaluate(core)
    thinker.has_begun()
    for _ in range(3):
        beat = core.say("heartbeat", {})
        assert core.hear("heartbeat").header["re"] == beat
    thinker.may_go_on.set()
    assert core.hear("recommendations").body["recommendations"][0]["reason"] == "cycle 1, True"
    ended(core, plugin)


def test_the_newest_question_cancels_the_one_before(core: FakeCore) -> None:
    thinker = Thinker()
    plugin = started(core, thinker.policy)
    evaluate(core, 1)
    thinker.has_begun()
    evaluate(core, 2)
    evaluate(core, 3)
    assert thinker.saw_cancel.wait(PATIENCE)
    thinker.has_begun()
    thinker.may_go_on.set()
    assert core.hear("recommendations").header["cycle"] == 3
    assert thinker.cycles in ([1, 3], [1, 2, 3])
    ended(core, plugin)


def test_what_is_late_is_not_sent(core: FakeCore) -> None:
    thinker = Thinker()
    plugin = started(core, thinker.policy)
    evaluate(core, 1, budget_milliseconds=30)
    assert thinker.saw_cancel.wait(PATIENCE), "its time is up"
    thinker.may_go_on.set()
    evaluate(core, 2)
    assert core.hear("recommendations").header["cycle"] == 2
    ended(core, plugin)


def test_a_fault_ends_one_answer_and_nothing_else(core: FakeCore) -> None:
    @policy
    def faulty(snapshot: Snapshot) -> list[Recommendation]:
        if snapshot.cycle == 1:
            raise ZeroDivisionError("by nothing")
        return [protect("NVDA", stop_price=Decimal(1) / 3, reason="x")] if snapshot.cycle == 2 else []

    plugin = started(core, faulty)
    question = evaluate(core, 1)
    error = core.hear("error")
    assert (error.header["re"], error.header["cycle"]) == (question, 1)
    assert error.body["reason"] == "ZeroDivisionError: by nothing"
    evaluate(core, 2)
    assert "recommendations[0].advice.protect.stop_price: a price has at most 8 decimals" in core.hear("error").body["reason"]
    evaluate(core, 3)
    assert core.hear("recommendations").body == {"recommendations": []}
    ended(core, plugin)


def test_a_float_is_refused_where_it_meets_an_amount(core: FakeCore) -> None:
    @policy
    def careless(snapshot: Snapshot) -> list[Recommendation]:
        return [exit("NVDA", reason="x") for position in snapshot.positions if position.average_price > 0.5]

    plugin = started(core, careless)
    evaluate(core)
    assert "FloatOperation" in core.hear("error").body["reason"]
    ended(core, plugin)


def test_a_policy_that_forgets_to_return_is_told(core: FakeCore) -> None:
    plugin = started(core, policy(lambda snapshot: None))  # type: ignore[arg-type, return-value]
    evaluate(core)
    assert "the policy returned None" in core.hear("error").body["reason"]
    ended(core, plugin)


def test_drain_lets_it_finish(core: FakeCore) -> None:
    thinker = Thinker()
    plugin = started(core, thinker.policy)
    evaluate(core)
    thinker.has_begun()
    core.say("drain", {"reason": "the core stops"})
    beat = core.say("heartbeat", {})
    assert core.hear("heartbeat").header["re"] == beat
    thinker.may_go_on.set()
    core.hear("recommendations")
    assert core.hear("bye").body == {"reason": "drained"}
    assert plugin.wait() == 0


def test_drain_does_not_wait_for_ever(core: FakeCore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAIN_SECONDS", 0.05)
    thinker = Thinker()
    plugin = started(core, thinker.policy)
    evaluate(core)
    thinker.has_begun()
    core.say("drain", {"reason": "the core stops"})
    assert core.hear("bye").body == {"reason": "drained, with work under way"}
    assert plugin.wait() == 0
    thinker.may_go_on.set()


def test_what_never_returns_ends_the_process(core: FakeCore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STUCK_SECONDS", 0.05)
    never = threading.Event()

    @policy
    def stuck(snapshot: Snapshot) -> list[Recommendation]:
        never.wait()
        return []

    plugin = started(core, stuck)
    evaluate(core, budget_milliseconds=10)
    assert core.hear("bye").body == {"reason": "evaluate never returned"}
    assert plugin.wait() == 1
    never.set()


def test_a_core_that_comes_back_is_greeted_anew(core: FakeCore) -> None:
    plugin = started(core, heartbeat_milliseconds=10)
    evaluate(core)
    core.hear("recommendations")
    core.die()
    core.bind()
    core.session, core.epoch, core.sent = "s2.1", 2, 0
    hello = core.welcome({"trail": 0.07})
    assert (hello.header["seq"], hello.header["session"], hello.header["epoch"]) == (1, "", 0)
    assert core.hear("ready").header["session"] == "s2.1"
    evaluate(core)
    answer = core.hear("recommendations")
    assert percent_of(answer) == "0.07" and answer.header["epoch"] == 2
    ended(core, plugin)


def test_an_answer_of_an_earlier_session_is_never_sent_in_a_later_one(core: FakeCore) -> None:
    thinker = Thinker()
    plugin = started(core, thinker.policy, heartbeat_milliseconds=10)
    evaluate(core)
    thinker.has_begun()
    core.session, core.sent = "s1.2", 0
    core.welcome({})
    thinker.may_go_on.set()
    assert core.hear("ready", "recommendations").type == "ready"
    ended(core, plugin)


@pytest.mark.parametrize(
    ("frames", "words", "re"),
    [
        ([b"{}"], "a message has two frames", None),
        ([b"{}", b"{}", b"{}"], "a message has two frames", None),
        ([b"\xff\xfe", b"{}"], "the header is no JSON", None),
        ([b'{"id":"x"}', b"{}"], "the header cannot be read: v: it is missing", "x"),
        ([b'{"v":"2.0","type":"heartbeat","id":"x","session":"s1.1","epoch":1,"seq":1}', b"{}"], "v: 2.0 is spoken there", "x"),
        (
            [b'{"v":"1.1","type":"heartbeat","id":"x","session":"s1.1","epoch":1,"seq":1,"crit":["margin"]}', b"{}"],
            'crit: "margin" must be understood', "x",
        ),
        ([b'{"v":"1.7","type":"dance","id":"x","session":"s1.1","epoch":1,"seq":1}', b"{}"], 'no message "dance"', "x"),
        ([b'{"v":"1.1","type":"command","id":"x","session":"s1.1","epoch":1,"seq":1}', b"{}"], 'no message "command"', "x"),
        ([b'{"v":"1.1","type":"evaluate","id":"x","session":"s1.1","epoch":1,"seq":1}', b"{"], "Expecting property name", "x"),
        ([b'{"v":"1.1","type":"evaluate","id":"x","session":"s1.1","epoch":1,"seq":1}', b'{"cycle":1}'], "it is missing", "x"),
        (
            [b'{"v":"1.1","type":"evaluate","id":"x","session":"s1.1","epoch":1,"seq":1}', b'{"a":' * 99 + b"1" + b"}" * 99],
            "deeper than 32", "x",
        ),
    ],
)
def test_what_is_not_understood_is_answered_and_not_acted_upon(
    core: FakeCore, frames: list[bytes], words: str, re: str | None
) -> None:
    plugin = started(core)
    core.say_raw(*frames)
    error = core.hear("error")
    assert words in error.body["reason"] and error.header.get("re") == re
    evaluate(core)
    core.hear("recommendations")
    ended(core, plugin)


def test_unknown_fields_are_ignored_on_the_wire(core: FakeCore) -> None:
    plugin = started(core)
    body = {**vector("evaluate-everything"), "added": {"by": ["a", "minor"]}}
    core.say("evaluate", body, cycle=1, budget_milliseconds=5_000, priority="high")
    assert core.hear("recommendations").header["cycle"] == 1
    ended(core, plugin)


def test_an_answer_beyond_the_limit_of_a_message_is_an_error(core: FakeCore, tmp_path: Path) -> None:
    @policy
    def chatty(snapshot: Snapshot) -> list[Recommendation]:
        return [exit("NVDA", reason="x" * (17 * 1024 * 1024))]

    plugin = started(core, chatty)
    question = evaluate(core)
    error = core.hear("error")
    assert error.header["re"] == question and "at most 16777216 bytes" in error.body["reason"]
    ended(core, plugin)
