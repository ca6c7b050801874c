"""Exact amounts, times and names: what they are in Python, and what they may be on the wire.

An amount is a ``decimal.Decimal``, never a float. A time is an ``int`` of nanoseconds since 1970-01-01T00:00:00Z, a length of
time an ``int`` of nanoseconds. ``Price``, ``Quantity`` and the like are these types with a rule that the border checks.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Sized
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Annotated

#: Nanoseconds.
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_DECIMAL = re.compile(r"-?[0-9]+(?:\.([0-9]+))?", re.ASCII)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_LARGEST = 2**63 - 1
_LONGEST = 32


@dataclass(frozen=True)
class Amount:
    """A rule: a decimal as text, with at most ``decimals`` places, that fits into 64 bits of its last place."""

    name: str
    decimals: int

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        """So short that it fits whatever its digits are."""
        return re.compile(rf"-?[0-9]{{1,{18 - self.decimals}}}(?:\.[0-9]{{1,{self.decimals}}})?", re.ASCII)

    def read(self, value: object, strict: bool = False) -> Decimal:
        """From the wire. Raises ``ValueError``."""
        if isinstance(value, str) and self._plain.fullmatch(value):
            return Decimal(value)
        match = _DECIMAL.fullmatch(value) if isinstance(value, str) and len(value) <= _LONGEST else None
        if not isinstance(value, str) or match is None:
            raise ValueError(f'a {self.name} is text such as "186.23", not {shown(value)}')
        if len(match.group(1) or "") > self.decimals:
            raise ValueError(f"a {self.name} has at most {self.decimals} decimals, {value} has more")
        self._fit(value)
        return Decimal(value)

    def write(self, value: object) -> str:
        """To the wire, every digit. Raises ``ValueError`` for a float, and for digits that would be lost."""
        if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
            raise ValueError(f'a {self.name} is an exact number such as Decimal("186.23"), not {shown(value)}')
        text = format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        match = _DECIMAL.fullmatch(text)
        if match is None:
            raise ValueError(f"a {self.name} is a number, not {text}")
        if len(match.group(1) or "") > self.decimals:
            raise ValueError(
                f"a {self.name} has at most {self.decimals} decimals, {text} has more; round it first, with "
                "round_down or round_up"
            )
        self._fit(text)
        return "0" if text == "-0" else text

    def _fit(self, text: str) -> None:
        whole, _, places = text.partition(".")
        if abs(int(whole + places.ljust(self.decimals, "0"))) > _LARGEST:
            raise ValueError(f"{text} is an overflow: a {self.name} is within {_LARGEST // 10**self.decimals}")


@dataclass(frozen=True)
class Nanoseconds:
    """A rule: an integer as text that fits into 64 bits."""

    name: str

    def read(self, value: object, strict: bool = False) -> int:
        """From the wire. Raises ``ValueError``."""
        if not isinstance(value, str) or len(value) > 20 or not _INTEGER.fullmatch(value):
            raise ValueError(f"a {self.name} is text of nanoseconds, not {shown(value)}")
        return self._fit(int(value))

    def write(self, value: object) -> str:
        """To the wire. Raises ``ValueError``."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"a {self.name} is an int of nanoseconds, not {shown(value)}")
        return str(self._fit(value))

    def _fit(self, value: int) -> int:
        if abs(value) > _LARGEST:
            raise ValueError(f"{value} is an overflow: a {self.name} fits into 64 bits")
        return value


@dataclass(frozen=True)
class Text:
    """A rule: text that matches a pattern."""

    name: str
    pattern: str

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)

    def read(self, value: object, strict: bool = False) -> str:
        """From the wire or to it. Raises ``ValueError``."""
        if not isinstance(value, str) or not self._compiled.fullmatch(value):
            raise ValueError(f"{shown(value)} is no {self.name}")
        return value

    write = read


@dataclass(frozen=True)
class Count:
    """A rule: a text or list of so many characters or items."""

    at_least: int
    at_most: int

    def check(self, value: Sized) -> None:
        """Raises ``ValueError``."""
        if not self.at_least <= len(value) <= self.at_most:
            raise ValueError(f"its length is {self.at_least} to {self.at_most}, not {len(value)}")


@dataclass(frozen=True)
class Range:
    """A rule: an integer within bounds."""

    at_least: int
    at_most: int

    def check(self, value: int) -> None:
        """Raises ``ValueError``."""
        if not self.at_least <= value <= self.at_most:
            raise ValueError(f"it is {self.at_least} to {self.at_most}, not {value}")


#: At most 8 decimals, in the account's currency.
Price = Annotated[Decimal, Amount("price", 8)]
#: At most 9 decimals; negative when short.
Quantity = Annotated[Decimal, Amount("quantity", 9)]
#: At most 6 decimals, in the account's currency.
Money = Annotated[Decimal, Amount("money", 6)]
#: At most 6 decimals; 0.015 is 1.5 %.
Ratio = Annotated[Decimal, Amount("ratio", 6)]
#: Nanoseconds since 1970-01-01T00:00:00Z.
Time = Annotated[int, Nanoseconds("time")]
#: A length of time in nanoseconds.
Span = Annotated[int, Nanoseconds("length of time")]
Symbol = Annotated[str, Text("symbol", r"[A-Z0-9./_-]{1,24}")]
ClientOrderID = Annotated[str, Text("client order id", r"[!-~]{1,48}")]
BrokerOrderID = Annotated[str, Text("broker order id", r"[!-~]{1,128}")]
ExecutionID = Annotated[str, Text("execution id", r"[!-~]{1,128}")]
CashMovementID = Annotated[str, Text("cash movement id", r"[!-~]{1,128}")]
OrderGroupID = Annotated[str, Text("order group id", r"[!-~]{1,64}")]
PluginName = Annotated[str, Text("plugin name", r"[!-~]{1,64}")]
AccountID = Annotated[str, Text("account id", r"[!-~]{1,64}")]
IndicatorName = Annotated[
    str, Text("indicator such as atr(14,1d)", r"(atr|sma|ema|highest|lowest|volatility)\([1-9][0-9]{0,3},[1-9][0-9]*[smhd]\)")
]


def round_down(value: Decimal, step: Decimal = Decimal("0.01")) -> Decimal:
    """The next multiple of ``step`` (above zero) that is not above ``value``, exactly."""
    return (value / step).to_integral_value(ROUND_FLOOR) * step


def round_up(value: Decimal, step: Decimal = Decimal("0.01")) -> Decimal:
    """The next multiple of ``step`` (above zero) that is not below ``value``, exactly."""
    return (value / step).to_integral_value(ROUND_CEILING) * step


def moment(at: int) -> datetime:
    """A time for calendars and people, in UTC; a datetime ends at microseconds, so nothing is computed with it."""
    return datetime.fromtimestamp(at // SECOND, timezone.utc).replace(microsecond=at % SECOND // 1_000)


def exact_context() -> decimal.Context:
    """Enough digits for every product of two amounts, and an exception where a float meets a decimal."""
    traps = [decimal.FloatOperation, decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
    return decimal.Context(prec=60, traps=traps)


def shown(value: object) -> str:
    """A value in an error message: what it is, and not too much of it."""
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if value is None or isinstance(value, (bool, int, float, Decimal)):
        return f"{type(value).__name__} {str(value)[:40]}"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return type(value).__name__
