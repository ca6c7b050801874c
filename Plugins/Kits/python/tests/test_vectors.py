"""The frozen vectors: what these roles receive is decoded, what they send is written the same, and the schemas agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bigbrother_plugin import _json
from bigbrother_plugin._codec import WireError, read, write
from bigbrother_plugin.market import Market
from bigbrother_plugin.messages import Configure, Empty, Fault, Header, Hello, Message, Ready, Welcome
from bigbrother_plugin.orders import BrokerState, Command, Execution, OrderAnswer
from bigbrother_plugin.recommendations import Recommendations
from bigbrother_plugin.snapshot import Snapshot
from fake_core import PROTO, SCHEMAS

TYPES: dict[str, Any] = {
    "hello": Hello, "welcome": Welcome, "configure": Configure, "ready": Ready, "heartbeat": Empty, "drain": Fault,
    "bye": Fault, "error": Fault, "refused": Fault, "evaluate": Snapshot, "recommendations": Recommendations,
    "command": Command, "execution": Execution, "order_answer": OrderAnswer, "broker_state": BrokerState, "done": Empty,
    "market": Market, "advance": Empty,
}
STRICT = {"command", "execution", "order_answer", "broker_state"}
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
    copy = json.loads(json.dumps(body))
    place = copy
    for key in path:
        place = place[key]
    place["added_by_a_later_minor"] = {"x": [1]}
    return copy


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
