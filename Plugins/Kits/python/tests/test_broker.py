"""The kit's duties of a broker adapter, and the example venue, over real sockets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bigbrother_plugin import BrokerPosition, BrokerState, CashMovement, Corrected, Execution, ExecutionCorrection
from bigbrother_plugin.broker import BrokerRole, EpochFence
from fake_core import FakeCore, Heard, RunningPlugin, vector
from memory_broker import MemoryBroker

SETTINGS = {"cash": 10000, "positions": [{"symbol": "NVDA", "quantity": "100", "average_price": "180.5"}]}
T = 1_773_669_660_000_000_000


@pytest.fixture
def core(sockets: Path) -> Any:
    core = FakeCore(sockets, "broker")
    yield core
    core.close()


def started(core: FakeCore, state: Path, **welcome: Any) -> tuple[RunningPlugin, Heard]:
    plugin = RunningPlugin(BrokerRole(MemoryBroker), core.endpoint, "memory")
    core.welcome(SETTINGS, state=state, **welcome)
    return plugin, core.hear("ready")


def ended(core: FakeCore, plugin: RunningPlugin) -> None:
    core.drain()
    assert plugin.wait() == 0


def order(client_order_id: str, **terms: Any) -> dict[str, Any]:
    return {
        "client_order_id": client_order_id, "symbol": "NVDA", "side": "sell", "type": "market", "quantity": "10",
        "time_in_force": "gtc", "role": "reduce", **terms,
    }


def tell(core: FakeCore, kind: str, body: Any) -> list[Heard]:
    """What the adapter says until it is done, all with ``re``."""
    question = core.say(kind, body)
    heard = []
    while True:
        heard.append(core.hear())
        assert heard[-1].header.get("re") == question, heard
        if heard[-1].type in ("done", "error"):
            return heard


def submit(core: FakeCore, *orders: dict[str, Any], **group: Any) -> list[Heard]:
    return tell(core, "command", {"submit": {"orders": list(orders), **group}})


def quote(core: FakeCore, bid: str, ask: str, at: int = T) -> list[Heard]:
    return tell(core, "market", {"at": str(at), "quotes": [{"symbol": "NVDA", "bid": bid, "ask": ask, "at": str(at)}]})


def events(heard: list[Heard]) -> list[str]:
    return [message.body["event"] for message in heard if message.type == "execution"]


def test_capabilities_are_declared(core: FakeCore, tmp_path: Path) -> None:
    plugin, ready = started(core, tmp_path)
    assert ready.body["capabilities"] == {
        "order_types": ["market", "limit", "stop"], "time_in_force": ["gtc"], "groups": [], "replaces_price": True,
        "replaces_quantity": True, "reserves_shares": False, "wants_market_data": True, "quantity_increment": "1",
        "price_increment": {"at_or_above_one": "0.01", "below_one": "0.0001"}, "idempotency": "rejects_duplicates",
        "replays_events": True,
    }
    ended(core, plugin)


def test_an_order_lives_and_the_state_adds_up(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    quote(core, "189.07", "189.09")
    assert events(submit(core, order("a", type="stop", stop_price="186.23", role="stop"))) == ["new"]
    restated = tell(core, "command", {"replace": {"client_order_id": "a", "stop_price": "187"}})
    assert events(restated) == ["restated"] and restated[0].body["terms"]["stop_price"] == "187"
    filled = quote(core, "186.9", "186.92", T + 1)
    assert events(filled) == ["fill"]
    assert filled[0].body == {
        "client_order_id": "a", "event": "fill", "at": str(T + 1), "execution_id": "memory-x3",
        "price": "186.9", "quantity": "10", "cumulative_quantity": "10",
    }
    state = tell(core, "command", {"reconcile": {}})[0].body
    assert state == {
        "account": {"id": "demo", "currency": "USD", "cash": "11869", "equity": "28690", "buying_power": "11869"},
        "positions": [{"symbol": "NVDA", "quantity": "90", "average_price": "180.5"}], "open_orders": [], "at": str(T + 1),
    }
    ended(core, plugin)


def test_a_client_order_id_is_used_once(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    quote(core, "189", "189.02")
    first = submit(core, order("a"))
    assert events(first) == ["new", "fill"]
    again = submit(core, order("a", quantity="77"))
    assert [message.body for message in again if message.type == "execution"] == [first[1].body], "the first order as it is"
    assert tell(core, "command", {"reconcile": {}})[0].body["positions"][0]["quantity"] == "90"
    ended(core, plugin)


def test_query_is_the_word_about_one_order(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    submit(core, order("a", type="limit", limit_price="200"))
    answer = tell(core, "command", {"query": {"client_order_id": "a"}})
    assert [message.type for message in answer] == ["order_answer", "done"]
    assert answer[0].body["order"]["status"] == "new" and len(answer[0].body["executions"]) == 1
    assert tell(core, "command", {"query": {"client_order_id": "b"}})[0].body == {"client_order_id": "b", "executions": []}
    ended(core, plugin)


def test_cancels(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    submit(core, order("a", type="limit", limit_price="200"))
    cancelled = tell(core, "command", {"cancel": {"client_order_id": "a"}})
    assert events(cancelled) == ["canceled"] and cancelled[0].body["cumulative_quantity"] == "0"
    assert events(tell(core, "command", {"cancel": {"client_order_id": "a"}})) == ["cancel_rejected"]
    assert events(tell(core, "command", {"replace": {"client_order_id": "z", "quantity": "1"}})) == ["replace_rejected"]
    ended(core, plugin)


def test_what_is_not_declared_is_refused_as_a_whole(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    heard = submit(core, order("a"), order("b", time_in_force="day"))
    assert events(heard) == ["rejected", "rejected"] and "no day market orders" in heard[0].body["reason"]
    heard = submit(core, order("c"), order("d"), group_id="g", group_kind="oco")
    assert events(heard) == ["rejected", "rejected"]
    ended(core, plugin)


def test_an_unknown_field_of_an_order_is_refused_and_nothing_is_done(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    (error,) = submit(core, order("a", iceberg="5"))
    assert error.type == "error" and "submit.orders[0].iceberg: unknown field" in error.body["reason"]
    assert "order" not in tell(core, "command", {"query": {"client_order_id": "a"}})[0].body
    ended(core, plugin)


def test_an_older_epoch_is_refused_also_after_a_restart(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    core.epoch = 7
    assert events(submit(core, order("a"))) == ["new"]
    core.epoch = 6
    (error,) = submit(core, order("b"))
    assert error.body["reason"].startswith("this adapter obeys a core of epoch 7")
    assert error.body["fence"] == {"epoch": 7}
    ended(core, plugin)
    plugin, _ = started(core, tmp_path)
    (error,) = submit(core, order("c"))
    assert error.type == "error", "the epoch is kept on the disk"
    core.epoch = 7
    assert events(submit(core, order("c"))) == ["new"]
    ended(core, plugin)


def identity(journal: str, run: str, epoch: int) -> dict[str, Any]:
    return {"journal": journal * 16, "run": run * 16, "epoch": epoch}


def test_one_journal_is_obeyed_and_every_other_refused_until_a_person_frees_it(core: FakeCore, tmp_path: Path) -> None:
    """I-FENCE-1, I-FENCE-2, I-FENCE-4."""
    obeyed = identity("aa", "01", 7)
    plugin, ready = started(core, tmp_path, identity=obeyed)
    assert "fence" not in ready.body, "nobody was obeyed yet"
    core.epoch = 7
    assert events(submit(core, order("a"))) == ["new"]
    ended(core, plugin)

    core.epoch = 9
    for stranger in (identity("bb", "02", 9), identity("aa", "03", 7)):
        core.epoch = stranger["epoch"]
        plugin, ready = started(core, tmp_path, identity=stranger)
        assert ready.body["fence"] == obeyed
        (error,) = submit(core, order("b"))
        assert error.type == "error" and error.body["fence"] == obeyed
        ended(core, plugin)

    freed = identity("bb", "02", 3)
    core.epoch = 3
    plugin, ready = started(core, tmp_path, identity=freed, takes_over=True)
    assert ready.body["fence"] == freed
    assert events(submit(core, order("c"))) == ["new"]
    ended(core, plugin)
    core.epoch = 8
    plugin, ready = started(core, tmp_path, identity=identity("aa", "01", 8))
    assert ready.body["fence"] == freed
    (error,) = submit(core, order("d"))
    assert error.type == "error", "whoever was obeyed before is not obeyed any more"
    ended(core, plugin)


def test_an_epoch_file_that_is_none_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "x.epoch").write_text("seven")
    with pytest.raises(ValueError, match="put the highest epoch there"):
        EpochFence.load(tmp_path / "x.epoch")


def test_events_are_told_again_after_a_reconnect_from_the_last_reconcile_on(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path, heartbeat_milliseconds=10)
    submit(core, order("old", type="limit", limit_price="500"))
    tell(core, "command", {"reconcile": {}})
    missed = submit(core, order("a", type="limit", limit_price="400"), order("b", type="limit", limit_price="300"))
    core.die()
    core.bind()
    core.session, core.sent = "s1.2", 0
    core.welcome(SETTINGS, state=tmp_path)
    core.hear("ready")
    told = [core.hear("execution").body for _ in range(2)]
    assert told == [message.body for message in missed if message.type == "execution"], "the same words, ids and times"
    assert len(tell(core, "command", {"reconcile": {}})[0].body["open_orders"]) == 3
    ended(core, plugin)


def test_new_settings_are_refused(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    core.say("configure", {"settings": {"cash": 5}})
    assert "at its start only" in core.hear("error").body["reason"]
    ended(core, plugin)


def test_wrong_settings(core: FakeCore, tmp_path: Path) -> None:
    plugin = RunningPlugin(BrokerRole(MemoryBroker), core.endpoint, "memory")
    core.welcome({"cash": 1, "positions": [{"symbol": "NVDA", "quantity": "x"}]}, state=tmp_path)
    assert core.hear("error").body["reason"] == (
        'settings: positions[0].quantity: a decimal such as 0.02 is expected, not "x"'
    )
    core.hear("bye")
    assert plugin.wait() == 2


def test_the_vectors_of_commands_are_all_answered_by_one_done(core: FakeCore, tmp_path: Path) -> None:
    plugin, _ = started(core, tmp_path)
    for name in ("submit", "submit-oco", "cancel", "query", "reconcile", "replace", "replace-new-id"):
        assert tell(core, "command", vector(f"command-{name}"))[-1].type == "done", name
    for name in ("market", "market-halted", "market-last", "market-split"):
        assert tell(core, "market", vector(name))[-1].type == "done", name
    ended(core, plugin)


@pytest.mark.parametrize(
    ("strange", "name", "symbol"),
    [
        (BrokerPosition("brk.b", Decimal(100), Decimal(10)), "brk.b", None),
        (BrokerPosition("BRK B", Decimal(100), Decimal(10)), "BRK B", None),
        (BrokerPosition("SHIB", Decimal(20_000_000_000), Decimal(1)), "SHIB", "SHIB"),
        (BrokerPosition("ETH", Decimal("1.000000000001"), Decimal(1)), "ETH", "ETH"),
        (BrokerPosition("ETH", 1.5, Decimal(1)), "ETH", "ETH"),  # type: ignore[arg-type]
        (BrokerPosition("OLD", Decimal(1), None), "OLD", "OLD"),  # type: ignore[arg-type]
        (BrokerPosition("A\nB" + "C" * 200, Decimal(1), Decimal(1)), "A?B" + "C" * 61, None),
    ],
)
def test_a_position_that_cannot_be_said_is_left_out_and_named(
    core: FakeCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strange: BrokerPosition, name: str, symbol: str | None
) -> None:
    right = MemoryBroker.reconcile
    monkeypatch.setattr(
        MemoryBroker, "reconcile",
        lambda self: replace(state := right(self), positions=(strange, *state.positions)),
    )
    plugin, _ = started(core, tmp_path)
    answer = tell(core, "command", {"reconcile": {}})
    assert [message.type for message in answer] == ["broker_state", "done"]
    body = answer[0].body
    assert [row["symbol"] for row in body["positions"]] == ["NVDA"]
    (row,) = body["left_out"]
    assert (row["list"], row["name"], row.get("symbol")) == ("positions", name, symbol) and row["reason"]
    ended(core, plugin)


def test_an_order_that_cannot_be_said_is_left_out_with_its_symbol(
    core: FakeCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = MemoryBroker.reconcile

    def reconcile(self: MemoryBroker) -> BrokerState:
        state = right(self)
        first = state.open_orders[0]
        odd = replace(first, terms=replace(first.terms, client_order_id="hand 7", limit_price=Decimal("1.1234567891")))
        return replace(state, open_orders=(first, odd))

    monkeypatch.setattr(MemoryBroker, "reconcile", reconcile)
    plugin, _ = started(core, tmp_path)
    submit(core, order("a", type="limit", limit_price="200"))
    body = tell(core, "command", {"reconcile": {}})[0].body
    assert [row["terms"]["client_order_id"] for row in body["open_orders"]] == ["a"]
    (row,) = body["left_out"]
    assert (row["list"], row["name"], row["symbol"]) == ("open_orders", "hand 7", "NVDA")
    assert "client_order_id" not in row
    ended(core, plugin)


DIVIDEND = CashMovement("d1", "dividend", Decimal("36"), T, "NVDA")
BUST = ExecutionCorrection("a", "x1", T, Corrected("x2", Decimal(5), Decimal(200), Decimal("0.5")))


def with_cash_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The venue lists a dividend, takes fees, and tells of a corrected execution with each submission."""
    reconcile, submit = MemoryBroker.reconcile, MemoryBroker.submit

    def charged(news: Any) -> Any:
        return replace(news, fees=Decimal("0.35")) if isinstance(news, Execution) and news.execution_id else news

    monkeypatch.setattr(
        MemoryBroker, "reconcile", lambda self: replace(reconcile(self), cash_movements=(DIVIDEND, replace(DIVIDEND, id="d 2")))
    )
    monkeypatch.setattr(
        MemoryBroker, "submit", lambda self, orders: [*map(charged, submit(self, orders)), DIVIDEND, BUST]
    )


def test_cash_movements_and_corrections_are_told_and_listed(
    core: FakeCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cash_flows(monkeypatch)
    plugin, _ = started(core, tmp_path)
    state = tell(core, "command", {"reconcile": {}})[0].body
    assert [row["id"] for row in state["cash_movements"]] == ["d1"], "an id with a blank cannot be said"
    heard = submit(core, order("a", type="limit", limit_price="200"))
    assert [message.type for message in heard][-3:] == ["cash_movement", "execution_correction", "done"]
    assert heard[-3].body == {"id": "d1", "kind": "dividend", "amount": "36", "at": str(T), "symbol": "NVDA"}
    assert heard[-2].body["corrected"]["fees"] == "0.5"
    ended(core, plugin)


def test_a_core_of_an_earlier_minor_is_told_nothing_that_it_does_not_know(
    core: FakeCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cash_flows(monkeypatch)
    core.version = "1.1"
    plugin, _ = started(core, tmp_path)
    assert "cash_movements" not in tell(core, "command", {"reconcile": {}})[0].body
    heard = submit(core, order("a"))
    assert {message.type for message in heard} == {"execution", "done"}
    assert all("fees" not in message.body for message in heard)
    ended(core, plugin)
