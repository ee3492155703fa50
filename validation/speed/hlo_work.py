"""How many operations an instruction of XLA does, one for each element that it computes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from validation.speed.hlo_text import Computations, Instruction, dimensions, elements

# Instructions that place or copy elements and compute none.
_FREE = re.compile(
    "parameter|constant|broadcast|bitcast|bitcast-convert|reshape|iota|get-tuple-element|tuple|slice|"
    "dynamic-slice|dynamic-update-slice|gather|transpose|copy|concatenate|pad|convert|reverse"
)
# Operations that one in 64 bits counts as: an H100 does half as many of them (NVIDIA's data sheet).
_OF_64_BITS = 2


def operations(computations: Computations, instruction: Instruction, shapes: Mapping[str, str]) -> float:
    """The operations of an instruction, with those of the computation that a fusion runs.

    Args:
        computations: those of the module.
        instruction: the instruction.
        shapes: the shapes of the instructions of its computation by name.
    """
    weight = _OF_64_BITS if re.match(r"\(?[fsu]64\[", instruction.shape) else 1
    opcode, result = instruction.opcode, weight * elements(instruction.shape)
    operands = [shapes.get(operand, "") for operand in instruction.operands]
    if _FREE.fullmatch(opcode):
        return 0.0
    if opcode.startswith("fusion") or opcode == "call":
        return _computation(computations, instruction.called or "")
    if opcode == "dot":
        return result * _contracted(operands[0], _numbers(r"lhs_contracting_dims=\{([\d,]*)\}", instruction))
    if opcode == "custom-call":
        return _library(instruction, operands)
    if opcode == "convolution":
        return result * _kernel_of_one_output(instruction, operands[1])
    if opcode == "reduce":
        # the second half of the operands are the initial values
        return weight * sum(elements(operand) for operand in operands[: len(operands) // 2])
    if opcode == "reduce-window":
        return result * math.prod(_numbers(r"window=\{size=([\dx]+)", instruction))
    if opcode == "sort":
        return elements(operands[0]) * math.log2(max(2, dimensions(operands[0])[-1]))
    if opcode == "fft":
        return _transform(instruction, operands)
    if opcode == "scatter":
        return elements(operands[-1])
    return result


def _computation(computations: Computations, name: str) -> float:
    body = computations[name]
    shapes = {instruction.name: instruction.shape for instruction in body}
    return sum(operations(computations, instruction, shapes) for instruction in body)


def _numbers(pattern: str, instruction: Instruction) -> list[int]:
    found = re.search(pattern, instruction.rest)
    return [int(number) for number in re.split("[,x]", found[1]) if number] if found else []


def _contracted(shape: str, axes: list[int]) -> int:
    lengths = dimensions(shape)
    return math.prod(lengths[axis] for axis in axes)


def _library(instruction: Instruction, operands: list[str]) -> float:
    """A call of a library: one multiply-add a pair for a product of matrices, nothing known for others."""
    if "$matmul" not in instruction.rest and "cublas$gemm" not in instruction.rest:
        return 0.0
    found = re.search(r"backend_config=(\{.*\})", instruction.rest)
    config = json.loads(found[1])["gemm_backend_config"]["dot_dimension_numbers"] if found else {}
    axes = [int(axis) for axis in config.get("lhs_contracting_dimensions", [])]
    # the first array of the results is the product
    product = math.prod(dimensions(instruction.shape))
    return float(product * _contracted(operands[0], axes))


def _kernel_of_one_output(instruction: Instruction, kernel: str) -> float:
    """The weights of a convolution for one output: all of its kernel, over the number of outputs."""
    found = re.search(r"dim_labels=\w+_(\w+)->", instruction.rest)
    lengths = dimensions(kernel)
    outputs = lengths[found[1].index("o")] if found else 1
    return math.prod(lengths) / outputs


def _transform(instruction: Instruction, operands: list[str]) -> float:
    """A Fourier transform: 5 n log2(n) for each of n elements that are transformed together, half if real."""
    length = math.prod(_numbers(r"fft_length=\{([\d,]*)\}", instruction))
    real = 0.5 if "RFFT" in instruction.rest else 1.0
    most = max(elements(instruction.shape), elements(operands[0]))
    return real * 5.0 * most * math.log2(length)
