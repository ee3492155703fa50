"""The text of an optimised module of XLA: its computations and their instructions."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

# Bytes of an element by XLA's name of its type; tokens and opaque handles have none.
_BYTES = {
    **dict.fromkeys(("pred", "s8", "u8", "s4", "u4", "f8e4m3fn", "f8e5m2"), 1),
    **dict.fromkeys(("f16", "bf16", "s16", "u16"), 2),
    **dict.fromkeys(("f32", "s32", "u32"), 4),
    **dict.fromkeys(("f64", "s64", "u64", "c64"), 8),
    "c128": 16,
}
_ARRAY = re.compile(r"\b([a-z]\w*)\[([\d,]*)\]")
_HEADER = re.compile(r"^(ENTRY )?%?([\w.\-]+) \(.*\{$")
_INSTRUCTION = re.compile(r"^\s+(ROOT )?%?([\w.\-]+) = ")
_OPCODE = re.compile(r" ([a-z][\w\-]*)\(")
_NAME = re.compile(r"%([\w.\-]+)")


def dimensions(shape: str) -> list[int]:
    """The lengths of the axes of an array's shape; those of the first array of a tuple.

    >>> dimensions("f32[2,3]{1,0}"), dimensions("s32[]")
    ([2, 3], [])
    """
    found = _ARRAY.search(shape)
    return [int(length) for length in found[2].split(",") if length] if found else []


def elements(shape: str) -> int:
    """The elements of a shape, of all arrays of a tuple.

    >>> elements("(f32[2,3]{1,0}, s32[])")
    7
    """
    return sum(_count(lengths) for _, lengths in _ARRAY.findall(shape))


def size(shape: str) -> int:
    """The bytes of a shape, of all arrays of a tuple.

    >>> size("(f32[2,3]{1,0}, s32[], pred[4])")
    32
    """
    return sum(_count(lengths) * _BYTES.get(kind, 0) for kind, lengths in _ARRAY.findall(shape))


def _count(lengths: str) -> int:
    return math.prod(int(length) for length in lengths.split(",") if length)


@dataclass(frozen=True)
class Instruction:
    """An instruction of a computation.

    Attributes:
        name: its name, without the percent sign.
        shape: its result as XLA writes it.
        opcode: what it does, such as `add`.
        inside: what stands in its parentheses.
        rest: the attributes after them.
        root: whether it is the computation's result.
    """

    name: str
    shape: str
    opcode: str
    inside: str
    rest: str
    root: bool

    @cached_property
    def operands(self) -> tuple[str, ...]:
        """The names of its operands."""
        return tuple(_NAME.findall(self.inside))

    @property
    def number(self) -> int:
        """The place of a parameter among the operands of what calls the computation."""
        return int(self.inside)

    @property
    def called(self) -> str | None:
        """The computation that it runs, if it runs one."""
        found = re.search(r"\b(?:calls|to_apply|called_computations=\{)=?%([\w.\-]+)", self.rest)
        return found[1] if found else None

    @property
    def branches(self) -> tuple[str, ...]:
        """The computations of a conditional."""
        found = re.search(r"branch_computations=\{(.*?)\}", self.rest)
        names = (
            found[1] if found else "".join(re.findall(r"(?:true|false)_computation=(%[\w.\-]+)", self.rest))
        )
        return tuple(_NAME.findall(names))

    @property
    def trips(self) -> int | None:
        """How often a loop runs; None where the compiler does not know."""
        found = re.search(r'"known_trip_count":\{"n":"(\d+)"', self.rest)
        return int(found[1]) if found else None

    @property
    def origin(self) -> str | None:
        """Where it comes from in the traced function."""
        found = re.search(r'op_name="([^"]*)"', self.rest)
        return found[1] if found else None

    def attribute(self, name: str) -> str:
        """The computation that stands in the attribute `name`."""
        found = re.search(rf"\b{name}=%([\w.\-]+)", self.rest)
        if found is None:
            raise ValueError(f"{self.name} has no attribute {name}")
        return found[1]


class Computations(dict[str, Sequence[Instruction]]):
    """The computations of a module by name.

    Args:
        text: the module.

    Attributes:
        entry: the name of the computation with which the program begins.

    Raises:
        ValueError: if there is no entry computation.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.entry = ""
        body: list[Instruction] = []
        for line in text.split("\n"):
            header = _HEADER.match(line)
            if header:
                body = []
                self[header[2]] = body
                self.entry = header[2] if header[1] else self.entry
            elif found := _INSTRUCTION.match(line):
                body.append(_instruction(found, line[found.end() :]))
        if not self.entry:
            raise ValueError("the text has no entry computation; give that of compiled.as_text()")


def _instruction(found: re.Match[str], text: str) -> Instruction:
    """The instruction whose line goes on with `text` after its name."""
    end = _closed(text, 0) if text.startswith("(") else text.index(" ")
    opcode = _OPCODE.match(text, end)
    if opcode is None:
        raise ValueError(f"no instruction: {text[:80]}")
    close = _closed(text, opcode.end() - 1)
    inside, rest = text[opcode.end() : close - 1], text[close:]
    return Instruction(found[2], text[:end], opcode[1], inside, rest, root=bool(found[1]))


def _closed(text: str, start: int) -> int:
    """The place after the parenthesis that closes the one at `start`."""
    depth = 0
    for place in re.finditer(r"[()]", text[start:]):
        depth += 1 if place[0] == "(" else -1
        if depth == 0:
            return start + place.end()
    raise ValueError(f"a parenthesis is not closed: {text[:80]}")
