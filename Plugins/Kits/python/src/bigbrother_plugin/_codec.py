"""Frozen dataclasses from JSON values and back, by their annotations. The border: what is wrong is reported with its place.

* ``read(cls, value)`` is lenient: unknown fields are ignored, unknown values of a choice are handed on as they are.
* ``read(cls, value, strict=True)`` is for what moves money: both are refused.
* A dataclass with ``TAG`` stands on the wire as an object with one key: ``{"exit": {}}``.
* A field ``from_`` is ``from`` on the wire. An optional field is left out when it is ``None``.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from .amounts import shown

T = TypeVar("T")
Read = Callable[[Any, bool], Any]
Write = Callable[[Any], Any]

_INTEGER_LIMIT = 2**63


class WireError(ValueError):
    """A value that cannot stand on the wire, or was found there: where, what, and what would be right."""

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.why = why
        self.path = path

    def within(self, place: str) -> WireError:
        """The same error, seen from one level further out; ``place`` is ``name`` or ``[3]``."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        return WireError(self.why, f"{place}{joint}{self.path}")


def read(cls: type[T], value: Any, *, strict: bool = False) -> T:
    """Raises ``WireError``."""
    result: T = codec(cls)[0](value, strict)
    return result


def write(value: Any) -> Any:
    """A dataclass as a JSON value. Raises ``WireError``."""
    return codec(type(value))[1](value)


_known: dict[Any, tuple[Read, Write]] = {}


def codec(annotation: Any) -> tuple[Read, Write]:
    """How values of a type are read and written; made once."""
    if annotation not in _known:
        _known[annotation] = _make(annotation)
    return _known[annotation]


def _make(annotation: Any) -> tuple[Read, Write]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        rule = arguments[1]
        return (rule.read, rule.write) if hasattr(rule, "read") else _checked(codec(arguments[0]), rule.check)
    if origin in (Union, types.UnionType):
        return _union([item for item in arguments if item is not type(None)])
    if origin is tuple:
        return _sequence(arguments[0])
    if origin is Literal:
        return _choice(arguments)
    if dataclasses.is_dataclass(annotation):
        return _tagged(annotation) if hasattr(annotation, "TAG") else _object(annotation)
    if annotation in (str, bool, int):
        return _plain(annotation)
    if annotation is Any:
        return lambda value, _: value, lambda value: value
    raise TypeError(f"{annotation} has no form on the wire")


def _checked(inner: tuple[Read, Write], check: Callable[[Any], None]) -> tuple[Read, Write]:
    read_inner, write_inner = inner

    def read_checked(value: Any, strict: bool) -> Any:
        result = read_inner(value, strict)
        check(result)
        return result

    def write_checked(value: Any) -> Any:
        result = write_inner(value)
        check(value)
        return result

    return read_checked, write_checked


def _plain(kind: type) -> tuple[Read, Write]:
    words = {str: "text", bool: "true or false", int: "an integer"}[kind]

    def check(value: Any, _: bool = False) -> Any:
        if type(value) is not kind:
            raise WireError(f"{words} is expected, not {shown(value)}")
        if isinstance(value, int) and not -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
            raise WireError(f"{value} is an overflow: an integer fits into 64 bits")
        return value

    return check, check


def _choice(choices: tuple[str, ...]) -> tuple[Read, Write]:
    """Minors may add values to data, so a lenient reader lets unknown ones pass."""

    def check(value: Any, strict: bool = True) -> Any:
        if not isinstance(value, str) or (strict and value not in choices):
            raise WireError(f"{shown(value)} is none of {', '.join(choices)}")
        return value

    return check, check


def _sequence(item: Any) -> tuple[Read, Write]:
    read_item, write_item = codec(item)

    def read_all(value: Any, strict: bool) -> Any:
        if type(value) is not list:
            raise WireError(f"a list is expected, not {shown(value)}")
        items = []
        try:
            for element in value:
                items.append(read_item(element, strict))
        except ValueError as error:
            raise _located(error, f"[{len(items)}]") from error.__cause__
        return tuple(items)

    def write_all(value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            raise WireError(f"a tuple or list is expected, not {shown(value)}")
        return [_at(f"[{index}]", write_item, element) for index, element in enumerate(value)]

    return read_all, write_all


def _union(members: list[Any]) -> tuple[Read, Write]:
    """Of dataclasses: distinguished by their tag, or by the name of their first field."""
    if len(members) == 1:
        return codec(members[0])
    by_key = {getattr(cls, "TAG", None) or dataclasses.fields(cls)[0].name: cls for cls in members}

    def read_one(value: Any, strict: bool) -> Any:
        if type(value) is not dict or len(value) != 1:
            raise WireError(f"an object with one key of {', '.join(by_key)} is expected, not {shown(value)}")
        (key,) = value
        if key not in by_key:
            raise WireError(f"{shown(key)} is none of {', '.join(by_key)}")
        return codec(by_key[key])[0](value, strict)

    def write_one(value: Any) -> Any:
        if type(value) not in members:
            raise WireError(f"one of {', '.join(cls.__name__ for cls in members)} is expected, not {shown(value)}")
        return codec(type(value))[1](value)

    return read_one, write_one


def _tagged(cls: Any) -> tuple[Read, Write]:
    read_body, write_body = _object(cls)
    tag: str = cls.TAG

    def read_tagged(value: Any, strict: bool) -> Any:
        if type(value) is not dict or list(value) != [tag]:
            raise WireError(f"an object with the key {tag} is expected, not {shown(value)}")
        return _at(tag, read_body, value[tag], strict)

    return read_tagged, lambda value: {tag: _at(tag, write_body, value)}


@dataclasses.dataclass(frozen=True)
class _Field:
    wire: str
    name: str
    read: Read
    write: Write
    is_required: bool


def _fields(cls: Any) -> list[_Field]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return [
        _Field(
            field.name.rstrip("_"),
            field.name,
            *codec(hints[field.name]),
            is_required=field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
    ]


def _object(cls: Any) -> tuple[Read, Write]:
    """What is read has been checked, so it is put into the instance at once: a frozen ``__init__`` takes thrice as long."""
    fields = _fields(cls)
    known = {field.wire for field in fields}
    plan = [(field.wire, field.name, field.read, field.is_required) for field in fields]
    defaults = {field.name: None if field.default is dataclasses.MISSING else field.default for field in dataclasses.fields(cls)}

    def read_object(value: Any, strict: bool) -> Any:
        if type(value) is not dict:
            raise WireError(f"an object is expected, not {shown(value)}")
        if strict and not known.issuperset(value):
            strange = next(key for key in value if key not in known)
            raise WireError(f"unknown field; known are {', '.join(sorted(known)) or 'none'}", strange[:64])
        result = object.__new__(cls)
        members = result.__dict__
        members.update(defaults)
        wire = ""
        try:
            for wire, name, read_field, is_required in plan:
                if wire in value:
                    members[name] = read_field(value[wire], strict)
                elif is_required:
                    raise WireError("it is missing")
        except ValueError as error:
            raise _located(error, wire) from error.__cause__
        return result

    def write_object(value: Any) -> Any:
        result = {}
        for field in fields:
            item = getattr(value, field.name)
            if item is not None:
                result[field.wire] = _at(field.wire, field.write, item)
            elif field.is_required:
                raise WireError("it is missing", field.wire)
        return result

    return read_object, write_object


def _at(place: str, step: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return step(*arguments)
    except ValueError as error:
        raise _located(error, place) from error.__cause__


def _located(error: ValueError, place: str) -> WireError:
    """An error of a rule, or one from further in, with its place."""
    return (error if isinstance(error, WireError) else WireError(str(error))).within(place)
