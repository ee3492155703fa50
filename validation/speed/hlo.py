"""What an optimised program of XLA launches, moves and computes, read from its text.

The text is that of `compiled.as_text()`: computations of one instruction a line.  Each instruction of the
entry computation, and of the loops, branches and calls that it runs, is one launch of a kernel, but for those
that only name arrays.  What is inside a fusion is part of that fusion's kernel.

- Bytes are what a kernel reads and writes, as if there were no cache: its operands and its results.  Where a
  kernel reads a slice of an operand, or writes a slice in place, the slice counts.  Scratch space does not.
- Operations are counted once for each element of a result, whatever they are: a sum, a division and an
  exponential each as one, in 64 bits each as two.  A product of matrices counts one (a multiply-add) for each
  pair that it multiplies.
- A loop counts as often as it runs where the compiler knows that, and once where it does not; of the branches
  of a conditional the one that moves most counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from validation.speed.hlo_text import Computations, Instruction, elements, size
from validation.speed.hlo_work import operations

# Instructions at which nothing is launched: they name arrays, or the end of what was started before.
_NO_LAUNCH = re.compile(
    "parameter|constant|bitcast|get-tuple-element|tuple|after-all|opt-barrier|partition-id|replica-id|.*-done"
)
# Instructions that read a part of their first operand, as large as their result.
_SLICES = frozenset(("slice", "dynamic-slice", "gather"))
_IN_PLACE = "dynamic-update-slice"


@dataclass(frozen=True)
class Kernel:
    """A kernel of a program.

    Attributes:
        name: the instruction's name, or where it comes from in the traced function.
        opcode: the kind of instruction, such as `fusion`.
        shape: its result.
        times: how often it is launched.
        bytes: what it moves in all its launches.
        operations: what it computes in all its launches.
    """

    name: str
    opcode: str
    shape: str
    times: float
    bytes: float
    operations: float


@dataclass(frozen=True)
class Program:
    """The kernels of a program, the one that moves most first.

    Attributes:
        kernels: the kernels.
        unknown_loops: how many loops run as often as the data decide.
    """

    kernels: tuple[Kernel, ...]
    unknown_loops: int

    @cached_property
    def launches(self) -> int:
        """Kernels launched, with the trips of loops."""
        return round(sum(kernel.times for kernel in self.kernels))

    @cached_property
    def bytes(self) -> float:
        """Bytes read and written by all kernels."""
        return sum(kernel.bytes for kernel in self.kernels)

    @cached_property
    def operations(self) -> float:
        """Operations of all kernels."""
        return sum(kernel.operations for kernel in self.kernels)


def program(text: str) -> Program:
    """The program of an optimised module.

    Args:
        text: the module as `compiled.as_text()` gives it.

    Returns:
        Its kernels.

    Raises:
        ValueError: if the text has no entry computation.

    >>> program('''
    ... ENTRY %main (a: f32[8]) -> f32[8] {
    ...   %a = f32[8]{0} parameter(0)
    ...   ROOT %b = f32[8]{0} exponential(%a)
    ... }
    ... ''').kernels
    (Kernel(name='b', opcode='exponential', shape='f32[8]{0}', times=1.0, bytes=64.0, operations=8.0),)
    """
    computations = Computations(text)
    found = _walked(computations, computations.entry)
    kernels = sorted(found.kernels, key=lambda kernel: kernel.bytes, reverse=True)
    return replace(found, kernels=tuple(kernels))


def _walked(computations: Computations, name: str) -> Program:
    """What one run of a computation launches."""
    parts = list(_parts(computations, computations[name]))
    kernels = tuple(kernel for part in parts for kernel in part.kernels)
    return Program(kernels, sum(part.unknown_loops for part in parts))


def _parts(computations: Computations, body: Sequence[Instruction]) -> Iterator[Program]:
    """What each instruction of a computation launches."""
    shapes = {instruction.name: instruction.shape for instruction in body}
    for instruction in body:
        if instruction.opcode == "while":
            yield _loop(computations, instruction)
        elif instruction.opcode == "conditional":
            branches = [_walked(computations, name) for name in instruction.branches]
            yield max(branches, key=lambda branch: branch.bytes)
        elif instruction.opcode in ("call", "call-start", "async-start"):
            yield _walked(computations, instruction.called or "")
        elif not _NO_LAUNCH.fullmatch(instruction.opcode):
            yield Program((_kernel(computations, instruction, shapes),), 0)


def _loop(computations: Computations, loop: Instruction) -> Program:
    """A loop: its body as often as it runs; its condition is a kernel where only the data decide."""
    body, trips = _walked(computations, loop.attribute("body")), loop.trips
    if trips is not None:
        return Program(
            tuple(_repeated(kernel, trips) for kernel in body.kernels), trips and body.unknown_loops
        )
    condition = _walked(computations, loop.attribute("condition"))
    return Program(body.kernels + condition.kernels, 1 + body.unknown_loops + condition.unknown_loops)


def _repeated(kernel: Kernel, trips: int) -> Kernel:
    times, moved, work = (trips * value for value in (kernel.times, kernel.bytes, kernel.operations))
    return replace(kernel, times=times, bytes=moved, operations=work)


def _kernel(computations: Computations, instruction: Instruction, shapes: Mapping[str, str]) -> Kernel:
    """One launch of an instruction; `shapes` are those of the computation's instructions by name."""
    operands = [size(shapes.get(operand, "")) for operand in instruction.operands]
    written = size(instruction.shape)
    inner = instruction.called
    if instruction.opcode in _SLICES:
        operands[0] = written
    elif instruction.opcode == _IN_PLACE:
        operands[0], written = 0, operands[1]
    elif instruction.opcode == "custom-call":
        # a library's scratch space is its last result, an array of bytes
        written -= sum(elements(part) for part in re.findall(r"\bs8\[\d+\]", instruction.shape))
    elif instruction.opcode.startswith("fusion") and inner:
        operands, written = _fusion(computations[inner], operands, written)
    return Kernel(
        name=instruction.origin or instruction.name,
        opcode=instruction.opcode,
        shape=instruction.shape,
        times=1.0,
        bytes=float(sum(operands) + written),
        operations=float(operations(computations, instruction, shapes)),
    )


def _fusion(body: Sequence[Instruction], operands: list[int], written: int) -> tuple[list[int], int]:
    """The bytes that a fusion reads of each operand, and those that it writes."""
    by_name = {instruction.name: instruction for instruction in body}
    results = [_source(by_name, name) for name in _results(body)]
    for result in results:
        if result.opcode == _IN_PLACE and _source(by_name, result.operands[0]).opcode == "parameter":
            written += size(by_name[result.operands[1]].shape) - size(result.shape)
    read = list(operands)
    for parameter in body:
        if parameter.opcode == "parameter" and parameter.number < len(read):
            read[parameter.number] = min(read[parameter.number], _read(body, parameter.name))
    return read, written


def _read(body: Sequence[Instruction], name: str) -> int:
    """The bytes that a fusion reads of an array; what it writes in place is not read."""
    total = 0
    for user in body:
        if name not in user.operands:
            continue
        if user.opcode in _SLICES and user.operands[0] == name:
            total += size(user.shape)
        elif user.opcode == "bitcast":
            total += _read(body, user.name)
        elif not (user.opcode == _IN_PLACE and user.operands[0] == name):
            return size(next(each.shape for each in body if each.name == name))
    return total


def _results(body: Sequence[Instruction]) -> tuple[str, ...]:
    """The names of a computation's results."""
    root = next(instruction for instruction in body if instruction.root)
    return root.operands if root.opcode == "tuple" else (root.name,)


def _source(by_name: Mapping[str, Instruction], name: str) -> Instruction:
    """The instruction that computes what `name` is, bitcasts passed over."""
    found = by_name[name]
    return _source(by_name, found.operands[0]) if found.opcode == "bitcast" else found
