"""JSON as the protocol has it: RFC 8259, and stricter (PROTOCOL.md, "JSON")."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from . import limits

_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_NOT_BRACKETS_OR_QUOTES = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_INNERMOST = re.compile(rb"\[\]|\{\}")


class JSONError(ValueError):
    """A text that is no JSON as the protocol has it; says what and where."""


def parse(data: bytes) -> Any:
    """Reads one JSON text. Numbers with a point become ``Decimal`` with all their digits, others ``int``.

    Raises ``JSONError``: for no UTF-8, a byte order mark, a key that stands twice, NaN, Infinity, an exponent, more than
    32 levels, a lone surrogate, text after the value, more than 16 MiB.
    """
    if len(data) > limits.MESSAGE_BYTES:
        raise JSONError(f"{len(data)} bytes; {limits.MESSAGE_BYTES} is the most")
    if _is_deep(data):
        raise JSONError(f"nesting is deeper than {limits.JSON_DEPTH} levels, or brackets do not match")
    try:
        text = data.decode("utf-8")
        value = _DECODER.decode(text)
        if "\\ud" in text or "\\uD" in text:
            _dump(value).encode("utf-8")
    except JSONError:
        raise
    except UnicodeEncodeError as error:
        raise JSONError("a lone surrogate is half a character") from error
    except ValueError as error:
        raise JSONError(str(error)) from error
    return value


def write(value: Any) -> bytes:
    """The shortest text of a value of dicts, lists, strings, integers and booleans, as the codec makes it.

    Raises ``JSONError`` for what cannot stand on the wire, such as a lone surrogate.
    """
    try:
        return _dump(value).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise JSONError(f"this cannot be written as JSON: {error}") from error


def _is_deep(data: bytes) -> bool:
    """Takes off the innermost pairs of brackets, level by level."""
    if data.count(b"[") + data.count(b"{") <= limits.JSON_DEPTH:
        return False
    brackets = data.translate(None, _NOT_BRACKETS_OR_QUOTES).replace(b'""', b"")
    if b'"' in brackets or b"\\" in data:
        # Some text has brackets or quotes within: all texts are taken out one by one.
        brackets = _STRINGS.sub(b"", data).translate(None, _NOT_BRACKETS)
    for _ in range(limits.JSON_DEPTH):
        if not brackets:
            return False
        brackets = _INNERMOST.sub(b"", brackets)
    return bool(brackets)


def _dump(value: Any) -> str:
    return _ENCODER.encode(value)


def _number(text: str) -> Decimal:
    if "e" in text or "E" in text:
        raise JSONError(f"{text[:40]}: exponents are refused; write all digits")
    return Decimal(text)


def _constant(text: str) -> NoReturn:
    raise JSONError(f"{text} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise JSONError(f'the key "{twice}" stands twice')
    return value


def _refuse(value: object) -> object:
    """Decimals of settings are the only foreign values that are ever looked at here."""
    if isinstance(value, Decimal):
        return str(value)
    raise JSONError(f"{type(value).__name__} has no JSON")


_DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_constant, object_pairs_hook=_object)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_refuse)
