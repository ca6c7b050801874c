"""The frozen vectors: what these roles receive is decoded, what they send is written the same, and the schemas agree."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from bigbrother_plugin import _json
from bigbrother_plugin._codec import WireError, read, write
from bigbrother_plugin.market import HistoryBars, HistoryRequest, Market
from bigbrother_plugin.messages import Configure, Empty, Fault, Header, Hello, Message, Ready, Welcome
from bigbrother_plugin.orders import BrokerState, CashMovement, Command, Execution, ExecutionCorrection, OrderAnswer
from bigbrother_plugin.recommendations import Recommendations
from bigbrother_plugin.snapshot import Snapshot
from fake_core import PROTO, SCHEMAS

TYPES: dict[str, Any] = {
    "hello": Hello, "welcome": Welcome, "configure": Configure, "ready": Ready, "heartbeat": Empty, "drain": Fault,
    "bye": Fault, "error": Fault, "refused": Fault, "evaluate": Snapshot, "recommendations": Recommendations,
    "command": Command, "execution": Execution, "order_answer": OrderAnswer, "broker_state": BrokerState, "done": Empty,
    "cash_movement": CashMovement, "execution_correction": ExecutionCorrection,
    "market": Market, "advance": Empty, "history": HistoryRequest, "bars": HistoryBars,
}
STRICT = {"command", "execution", "order_answer", "broker_state", "cash_movement", "execution_correction"}
#: Messages of no plugin's role.
FOREIGN = {"control", "control_reply", "record"}


def vectors(kind: str) -> list[Any]:
    paths = sorted((PROTO / "vectors" / kind).glob("*.json"))
    read_all = [(path.stem, json.loads(path.read_text())) for path in paths]
    return [pytest.param(vector, id=name) for name, vector in read_all if vector["message"] not in FOREIGN]


def decoded(vector: Any) -> Any:
    data = vector["raw"].encode("utf-8", "surrogatepass") if "raw" in vector else json.dumps(vector["body"]).encode()
    message = Message(Header("1.1", vector["message"], "1", "s", 1, 1), data)
    cls = TYPES[vector["message"]]
    return message.tagged(cls) if vector["message"] in STRICT else message.data(cls)


@pytest.mark.parametrize("vector", vectors("good"))
def test_a_good_vector_is_read_and_written_the_same(vector: Any) -> None:
    value = decoded(vector)
    if vector["message"] in {"welcome", "configure"}:
        return  # Only received; a decimal of its settings keeps its digits, and is no float any more.
    body = json.loads(_json.write(write(value)))
    assert body == vector["body"]
    SCHEMAS[vector["message"]].validate(body)


@pytest.mark.parametrize("vector", vectors("bad"))
def test_a_bad_vector_is_refused(vector: Any) -> None:
    if vector["message"] in {"hello", "recommendations", "ready"} and "raw" not in vector:
        # These are only ever sent: what is wrong must not be written.
        with pytest.raises(WireError):
            write(read(TYPES[vector["message"]], vector["body"]))
        return
    with pytest.raises(WireError):
        decoded(vector)


def members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from members(item, (*path, key))


def with_unknown(body: Any, path: tuple[Any, ...]) -> Any:
    result = copy.deepcopy(body)
    place = result
    for key in path:
        place = place[key]
    place["added_by_a_later_minor"] = {"x": [1]}
    return result


def test_unknown_fields_of_data_are_ignored_everywhere() -> None:
    body = json.loads((PROTO / "vectors/good/evaluate-everything.json").read_text())["body"]
    expected = read(Snapshot, body)
    for path in members(body):
        assert read(Snapshot, with_unknown(body, path)) == expected


def test_an_unknown_value_of_data_is_handed_on() -> None:
    body = json.loads((PROTO / "vectors/good/evaluate.json").read_text())["body"]
    assert read(Snapshot, {**body, "session": "auction"}).session == "auction"  # type: ignore[comparison-overlap]


def test_unknown_fields_of_commands_are_refused_everywhere() -> None:
    body = json.loads((PROTO / "vectors/good/command-submit-oco.json").read_text())["body"]
    for path in members(body):
        with pytest.raises(WireError):
            read(Command, with_unknown(body, path), strict=True)  # type: ignore[arg-type]


def test_every_vector_has_a_type() -> None:
    assert set(SCHEMAS) - {"common", "header"} - FOREIGN == set(TYPES)


#: What a mutation puts in the place of a value.
ODD: list[Any] = [
    None, True, 0, -1, 7, 10**30, "", "x", "0", "-0", "1.5", "1.", ".5", "+1", "1e5", " 1", "1 ", "007", "-007", "\u0661", "NaN",
    "0.000000001", "0.0000000001", "9" * 19, "9" * 33, "1" + "0" * 31, "NVDA", "nvda", "A" * 25, "a" * 49, "a b", "caf\u00e9", "fill",
    "buy", "gtc", [], [1], ["x"], {}, {"x": 1}, {"exit": {}}, {"reconcile": {}}, {"price": "1"}, "1773669660000000000", "1" * 21, "\n",
    "NVDA\n", "1\n",
]


def mutated(body: Any, dice: random.Random) -> Any:
    """One or a few places of a body changed, left out, doubled or renamed."""
    result = copy.deepcopy(body)
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        places = [(parent, key) for parent in containers(result) for key in (parent if isinstance(parent, dict) else range(len(parent)))]
        if not places:
            return copy.deepcopy(dice.choice(ODD))
        parent, key = dice.choice(places)
        what = dice.randrange(4)
        if what == 0 or isinstance(parent, list):
            parent[key] = copy.deepcopy(dice.choice(ODD))
        elif what == 1:
            del parent[key]
        elif what == 2:
            parent[dice.choice(["x", f"{key}s", "price", "symbol", "reason"])] = copy.deepcopy(parent[key])
        else:
            parent[dice.choice(["x", "stop_price", "quantity", "reason"])] = parent.pop(key)
    return result


def containers(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


@pytest.mark.parametrize("vector", vectors("good"))
def test_nothing_is_accepted_that_the_schema_refuses(vector: Any) -> None:
    """Differential: the kit against an independent validator. Unknown values of a choice are let pass in data, and only there."""
    dice = random.Random(f"{vector['message']} 1")
    cls, is_strict = TYPES[vector["message"]], vector["message"] in STRICT
    for _ in range(200):
        body = mutated(vector["body"], dice)
        try:
            value = read(cls, body, strict=is_strict)
        except WireError:
            continue
        try:
            written = json.loads(_json.write(write(value)))
        except WireError:
            assert not is_strict, f"{body} is read, and cannot be written"
            continue
        errors = [error.message for error in SCHEMAS[vector["message"]].iter_errors(written)]
        assert not errors, f"{written}: {errors}"
        if is_strict:
            assert SCHEMAS[vector["message"]].is_valid(body), f"{body} is accepted"
