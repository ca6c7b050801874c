"""A plugin's settings: JSON values into a frozen dataclass, and a sentence for what is wrong.

    @dataclass(frozen=True)
    class Settings:
        trail: Annotated[Decimal, Bounds(above=0, below=1)] = Decimal("0.02")

Fields may be ``Decimal`` (a JSON number or text, every digit is kept), ``int``, ``bool``, ``str``, ``timedelta``
(``500ms``, ``10s``, ``5m``, ``2h``, ``30d``), a ``Literal``, another dataclass, ``tuple[X, ...]``, ``dict[str, X]``,
``Any``, and each of these ``| None``. What goes beyond types is checked in ``__post_init__``, which raises ``ValueError``.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from .amounts import shown

T = TypeVar("T")

_DURATION = re.compile(r"([0-9]{1,12})(ms|s|m|h|d)", re.ASCII)
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


class SettingsError(ValueError):
    """Settings that make no sense: which, and what would. A plugin may raise it, or any ``ValueError``."""

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.why = why
        self.path = path

    def within(self, place: str) -> SettingsError:
        """The same error, seen from one level further out; ``place`` is ``name`` or ``[3]``."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        return SettingsError(self.why, f"{place}{joint}{self.path}")


@dataclass(frozen=True)
class Bounds:
    """What a number may be; each bound that is None does not hold."""

    above: int | Decimal | None = None
    below: int | Decimal | None = None
    at_least: int | Decimal | None = None
    at_most: int | Decimal | None = None

    def check(self, value: Any) -> None:
        """Raises ``SettingsError``; None is a setting that is not there."""
        if value is None:
            return
        if self.above is not None and value <= self.above:
            raise SettingsError(f"it is above {self.above}, not {value}")
        if self.below is not None and value >= self.below:
            raise SettingsError(f"it is below {self.below}, not {value}")
        if self.at_least is not None and value < self.at_least:
            raise SettingsError(f"it is at least {self.at_least}, not {value}")
        if self.at_most is not None and value > self.at_most:
            raise SettingsError(f"it is at most {self.at_most}, not {value}")


def read_settings(cls: type[T], value: Any) -> T:
    """Raises ``SettingsError`` with the place of the first setting that is wrong."""
    result: T = _object(cls, {} if value is None else value)
    return result


def _object(cls: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise SettingsError(f"settings are keys with values, not {shown(value)}")
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = {field.name.rstrip("_"): field for field in dataclasses.fields(cls)}
    for key in value:
        if key not in fields:
            near = difflib.get_close_matches(key, fields, 1)
            meant = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(sorted(fields)) or 'none'}"
            raise SettingsError(f"there is no such setting; {meant}", key)
    arguments = {}
    for key, field in fields.items():
        if key in value:
            arguments[field.name] = _within(key, lambda: _read(hints[field.name], value[key]))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise SettingsError("it is needed, and missing", key)
    try:
        return cls(**arguments)
    except SettingsError:
        raise
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _within(place: str, step: Callable[[], Any]) -> Any:
    try:
        return step()
    except SettingsError as error:
        raise error.within(place) from error.__cause__


def _read(annotation: Any, value: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        result = _read(arguments[0], value)
        for bounds in arguments[1:]:
            if isinstance(bounds, Bounds):
                bounds.check(result)
        return result
    if origin in (Union, types.UnionType):
        members = [item for item in arguments if item is not type(None)]
        return None if value is None else _read(members[0], value)
    if origin is Literal:
        if value not in arguments:
            raise SettingsError(f"{shown(value)} is none of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        items = _expect(list, value, "a list")
        return tuple(_within(f"[{index}]", lambda: _read(arguments[0], item)) for index, item in enumerate(items))
    if origin is dict:
        return {key: _within(key, lambda: _read(arguments[1], item)) for key, item in _expect(dict, value, "keys").items()}
    if dataclasses.is_dataclass(annotation):
        return _object(annotation, value)
    return _scalar(annotation, value)


def _scalar(kind: Any, value: Any) -> Any:
    if kind is Decimal:
        return _decimal(value)
    if kind is timedelta:
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise SettingsError(f"a duration is written such as 500ms, 10s, 5m, 2h or 30d, not {shown(value)}")
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    if kind in (int, bool, str):
        return _expect(kind, value, {int: "an integer", bool: "true or false", str: "text"}[kind])
    if kind is Any:
        return value
    raise TypeError(f"{kind} is no type of a setting")


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal) or type(value) is int:
        return Decimal(value)
    if isinstance(value, str) and len(value) <= 64 and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise SettingsError(f"a decimal such as 0.02 is expected, not {shown(value)}")


def _expect(kind: type, value: Any, words: str) -> Any:
    if type(value) is not kind:
        raise SettingsError(f"{words} is expected, not {shown(value)}")
    return value
