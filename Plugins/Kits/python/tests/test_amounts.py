"""Amounts keep every digit, and floats do not pass."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any, get_args

import pytest

from bigbrother_plugin import exit, percent, protect, round_down, round_up, take_partial
from bigbrother_plugin import _json
from bigbrother_plugin._codec import WireError, write
from bigbrother_plugin.amounts import Amount, Price, Quantity, Ratio, exact_context


def rule(annotation: Any) -> Amount:
    found: Amount = get_args(annotation)[1]
    return found


@pytest.mark.parametrize("text", ["0", "-1", "186.23", "0.00000001", "92233720368.54775807", "100000000.12345678"])
def test_a_price_is_read_and_written_with_all_its_digits(text: str) -> None:
    assert rule(Price).write(rule(Price).read(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("1E+3"), "1000"), (Decimal("1.500"), "1.5"), (Decimal("2.000000000000"), "2"), (Decimal("-0"), "0"), (7, "7"),
     (Decimal("1.0E-8"), "0.00000001")],
)
def test_what_means_the_same_is_written_without_exponent(value: Any, text: str) -> None:
    assert rule(Price).write(value) == text


@pytest.mark.parametrize(
    "value",
    [0.1, True, "1", None, Decimal("NaN"), Decimal("Infinity"), Decimal("0.123456789"), Decimal("92233720368.54775808"), 10**11],
)
def test_what_would_lose_digits_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        rule(Price).write(value)


def test_the_error_says_what_to_do() -> None:
    with pytest.raises(WireError, match=r"protect.stop_price: a price has at most 8 decimals.*round it first"):
        write(protect("NVDA", stop_price=Decimal(1) / Decimal(3), reason="a third"))


@pytest.mark.parametrize("make", [
    lambda: percent(0.02),  # type: ignore[arg-type]
    lambda: protect("NVDA", stop_price=1.5, reason="x"),  # type: ignore[arg-type]
    lambda: take_partial("NVDA", rung="1R", fraction=0.5, reason="x"),  # type: ignore[arg-type]
    lambda: exit("NVDA", reason="x", evidence={"r": 0.5}),  # type: ignore[dict-item]
])
def test_helpers_refuse_floats(make: Any) -> None:
    with pytest.raises(TypeError, match="exact number"):
        make()


def test_exactly_one_way_to_say_where_the_stop_is() -> None:
    with pytest.raises(ValueError, match="exactly one of stop_price, distance"):
        protect("NVDA", reason="nowhere")
    with pytest.raises(ValueError, match="stop_price, distance"):
        protect("NVDA", stop_price=Decimal(1), distance=percent(Decimal("0.1")), reason="twice")


def test_rounding_is_exact() -> None:
    assert round_down(Decimal("186.2399")) == Decimal("186.23")
    assert round_up(Decimal("186.2301")) == Decimal("186.24")
    assert round_down(Decimal("-0.001"), Decimal("0.01")) == Decimal("-0.01")
    assert round_down(Decimal("17"), Decimal("5")) == Decimal("15")


def test_the_context_of_plugins_refuses_to_mix_floats_and_keeps_products() -> None:
    with decimal.localcontext(exact_context()):
        with pytest.raises(decimal.FloatOperation):
            Decimal("0.1") < 0.2
        largest = rule(Price).read("92233720368.54775807") * rule(Quantity).read("9223372036.854775807")
        assert largest == Decimal(92233720368_54775807 * 9223372036_854775807).scaleb(-17)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"1e5", b"[1.5E3]", b"NaN", b"[Infinity]", b'{"a":1,"a":2}', b'"\\ud800"', b'"\\uD83D x"', b"\xef\xbb\xbf{}", b"{} {}",
     b"'a'", b"007", b"\xff", b'"\x01"', b"[" * 33 + b"]" * 33, b"[" * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40],
)
def test_json_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(_json.JSONError):
        _json.parse(raw)


def test_json_within_the_limits_is_read() -> None:
    assert _json.parse(b"[" * 32 + b"]" * 32) is not None
    assert _json.parse(b'["\\ud83d\\ude00", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\\"[{"]')[0] == "\U0001f600"
    flat = b"[" + b",".join([b'"[[["', b'""', b'"x"'] * 40) + b"]"
    assert len(_json.parse(flat)) == 120
    assert _json.parse(b"[" + b"{}," * 99 + b"{}]") == [{}] * 100
    assert _json.parse(b'{"trail": 0.015000000000000000000001}')["trail"] == Decimal("0.015000000000000000000001")
    with pytest.raises(_json.JSONError, match="the most"):
        _json.parse(b" " * (16 * 1024 * 1024) + b"1")



def test_what_a_recommendation_may_say_besides() -> None:
    wish = exit("NVDA", reason="x").confident(Decimal("0.8")).until(7)
    assert (wish.confidence, wish.valid_until) == (Decimal("0.8"), 7)
