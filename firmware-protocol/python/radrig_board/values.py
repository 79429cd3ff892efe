"""The values a field can hold, each with exactly one spelling (PROTOCOL.md, "Values").

A type is a pair of functions: `parse` from the wire (None for any other spelling) and `show` for the wire (ValueError
for a value that has no spelling).
"""

from __future__ import annotations

import re
from typing import Any, Callable, NamedTuple, Optional


class Type(NamedTuple):
    name: str
    parse: Callable[[str], Optional[Any]]
    show: Callable[[Any], str]


def _checked(name: str, parse: Callable[[str], Optional[Any]], spell: Callable[[Any], str]) -> Type:
    """A value is shown only if its spelling reads back as the same value."""

    def show(value: Any) -> str:
        wire = spell(value)
        if parse(wire) != value:
            raise ValueError(f"{value!r} is not a {name}")
        return wire

    return Type(name, parse, show)


def _integer(name: str, lowest: int, highest: int) -> Type:
    spelling = re.compile(r"0|-?[1-9][0-9]{0,15}")

    def parse(wire: str) -> Optional[int]:
        if spelling.fullmatch(wire) is None:
            return None
        value = int(wire)
        return value if lowest <= value <= highest else None

    return _checked(name, parse, lambda value: str(int(value)))


def _pattern(name: str, expression: str) -> Type:
    spelling = re.compile(expression)
    return _checked(name, lambda wire: wire if spelling.fullmatch(wire) else None, str)


U16 = _integer("u16", 0, 2**16 - 1)
U24 = _integer("u24", 0, 2**24 - 1)
U32 = _integer("u32", 0, 2**32 - 1)
U40 = _integer("u40", 0, 2**40 - 1)
U53 = _integer("u53", 0, 2**53 - 1)
I32 = _integer("i32", -(2**31), 2**31 - 1)

FLAG = _checked("flag", lambda wire: {"0": False, "1": True}.get(wire), lambda value: "1" if value else "0")

_HEX8 = re.compile(r"[0-9a-f]{8}")
HEX8 = _checked("hex8", lambda wire: int(wire, 16) if _HEX8.fullmatch(wire) else None, lambda value: f"{value:08x}")
HEX16 = _pattern("hex16", r"[0-9a-f]{16}")

TOKEN = _pattern("token", r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
TOKEN20 = _pattern("token20", r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")


def one_of(*words: str) -> Type:
    return _checked("one of " + ", ".join(words), lambda wire: wire if wire in words else None, str)


def list_of(item: Type, most: int) -> Type:
    """Up to `most` items; a tuple in Python."""

    def parse(wire: str) -> Optional[tuple]:
        if wire == "-":
            return ()
        values = tuple(item.parse(part) for part in wire.split(","))
        return None if len(values) > most or None in values else values

    return _checked(f"list of up to {most} {item.name}", parse, lambda values: ",".join(map(item.show, values)) or "-")


def tuple_of(name: str, *parts: Type) -> Type:
    """Parts joined by colons: `index:expected:got`."""

    def parse(wire: str) -> Optional[tuple]:
        pieces = wire.split(":")
        if len(pieces) != len(parts):
            return None
        values = tuple(part.parse(piece) for part, piece in zip(parts, pieces))
        return None if None in values else values

    return _checked(name, parse, lambda values: ":".join(part.show(value) for part, value in zip(parts, values)))


ELEMENT = tuple_of("element", U32, HEX8, HEX8)
SCORE = tuple_of("score", U16, HEX8)

#: What a device can do, by letter, in the order of the wire; a string of letters in Python.
CAPABILITIES = _checked(
    "capabilities",
    lambda wire: "" if wire == "-" else wire if re.fullmatch("r?s?i?h?p?b?", wire) and wire else None,
    lambda letters: letters or "-",
)

_PLAIN = re.compile(r"[A-Za-z0-9._:/+-]")
_TEXT = re.compile(r"(?:[A-Za-z0-9._:/+-]|%[0-9a-f]{2})*")


def _spell_text(value: str) -> str:
    return "".join(c if _PLAIN.fullmatch(c) else f"%{ord(c):02x}" for c in value)


def _parse_text(wire: str) -> Optional[str]:
    if len(wire) > 120 or _TEXT.fullmatch(wire) is None:
        return None
    value = re.sub("%(..)", lambda escape: chr(int(escape[1], 16)), wire)
    return value if _spell_text(value) == wire else None


TEXT = _checked("text", _parse_text, _spell_text)


_AXIS = re.compile(r"([a-z][a-z0-9-]{0,15}):([1-9][0-9]{0,9})")
MOST_AXES = 6


def _parse_axes(wire: str) -> Optional[tuple]:
    parts = [_AXIS.fullmatch(part) for part in wire.split("/")]
    if len(parts) > MOST_AXES or not all(part is not None and int(part[2]) < 2**32 for part in parts):
        return None
    return tuple((part[1], int(part[2])) for part in parts if part is not None)


#: How words are laid out, outermost axis first: pairs of name and size in Python.
AXES = _checked("axes", _parse_axes, lambda axes: "/".join(f"{name}:{size}" for name, size in axes))
