"""What a program launches, moves and computes, of small modules whose figures are known."""

from __future__ import annotations

import re

import pytest

from validation.speed.hlo import program
from validation.speed.hlo_text import Computations

LOOP = """
HloModule loop, is_scheduled=true

%fused_sum (p0: f32[16,8], p1: s32[], p2: f32[8]) -> f32[8] {
  %p0 = f32[16,8]{1,0} parameter(0)
  %p1 = s32[] parameter(1)
  %p2 = f32[8]{0} parameter(2)
  %zero = s32[] constant(0)
  %row = f32[1,8]{1,0} dynamic-slice(%p0, %p1, %zero), dynamic_slice_sizes={1,8}
  %flat = f32[8]{0} bitcast(%row)
  %exp = f32[8]{0} exponential(%flat)
  ROOT %sum = f32[8]{0} add(%exp, %p2)
}

%fused_write (p0: f32[16,8], p1: s32[], p2: f32[8]) -> f32[16,8] {
  %p0.1 = f32[16,8]{1,0} parameter(0)
  %p1.1 = s32[] parameter(1)
  %p2.1 = f32[8]{0} parameter(2)
  %zero.1 = s32[] constant(0)
  %new = f32[1,8]{1,0} bitcast(%p2.1)
  ROOT %put = f32[16,8]{1,0} dynamic-update-slice(%p0.1, %new, %p1.1, %zero.1)
}

%body (state: (s32[], f32[8], f32[16,8])) -> (s32[], f32[8], f32[16,8]) {
  %state = (s32[], f32[8]{0}, f32[16,8]{1,0}) parameter(0)
  %i = s32[] get-tuple-element(%state), index=0
  %total = f32[8]{0} get-tuple-element(%state), index=1
  %rows = f32[16,8]{1,0} get-tuple-element(%state), index=2
  %next = f32[8]{0} fusion(%rows, %i, %total), kind=kLoop, calls=%fused_sum, metadata={op_name="jit(f)/add"}
  %written = f32[16,8]{1,0} fusion(%rows, %i, %next), kind=kLoop, calls=%fused_write
  ROOT %out = (s32[], f32[8]{0}, /*index=2*/f32[16,8]{1,0}) tuple(%i, %next, %written)
}

%condition (state.1: (s32[], f32[8], f32[16,8])) -> pred[] {
  %state.1 = (s32[], f32[8]{0}, f32[16,8]{1,0}) parameter(0)
  %i.1 = s32[] get-tuple-element(%state.1), index=0
  %most = s32[] constant(16)
  ROOT %less = pred[] compare(%i.1, %most), direction=LT
}

ENTRY %main (a: (s32[], f32[8], f32[16,8])) -> f32[8] {
  %a = (s32[], f32[8]{0}, f32[16,8]{1,0}) parameter(0)
  %loop = (s32[], f32[8]{0}, f32[16,8]{1,0}) while(%a), condition=%condition, body=%body KNOWN
  ROOT %result = f32[8]{0} get-tuple-element(%loop), index=1
}
"""
TRIPS = ', backend_config={"known_trip_count":{"n":"16"}}'


def entry(lines: str, more: str = "") -> str:
    """A module whose entry computation has these lines."""
    return (
        more + "\nENTRY %main (a: f32[4,8]) -> f32[] {\n  %a = f32[4,8]{1,0} parameter(0)\n" + lines + "\n}\n"
    )


def test_a_loop_counts_as_often_as_it_runs_and_a_slice_as_what_it_holds() -> None:
    read = program(LOOP.replace(" KNOWN", TRIPS))
    assert (read.launches, read.unknown_loops) == (32, 0)
    # a row of 32 bytes and the index are read; then the sum is read and written, or the row is written
    by_name = {kernel.name: kernel for kernel in read.kernels}
    assert by_name["jit(f)/add"].bytes == 16 * (32 + 4 + 32 + 32)
    assert by_name["written"].bytes == 16 * (4 + 32 + 32)
    assert (by_name["jit(f)/add"].operations, by_name["written"].operations) == (16 * 16, 0)
    assert read.bytes == 16 * 168


def test_a_loop_whose_length_the_data_decide_counts_once_with_its_condition() -> None:
    read = program(LOOP.replace(" KNOWN", ""))
    assert (read.launches, read.unknown_loops) == (3, 1)
    assert [kernel.opcode for kernel in read.kernels] == ["fusion", "fusion", "compare"]


def test_an_update_of_an_array_that_a_fusion_makes_itself_is_written_whole() -> None:
    fused = """
%fused (p: f32[8]) -> f32[4,8] {
  %p = f32[8]{0} parameter(0)
  %zero = f32[] constant(0)
  %start = s32[] constant(1)
  %zeros = f32[4,8]{1,0} broadcast(%zero), dimensions={}
  %row = f32[1,8]{1,0} bitcast(%p)
  ROOT %put = f32[4,8]{1,0} dynamic-update-slice(%zeros, %row, %start, %start)
}
"""
    lines = "  %b = f32[8]{0} copy(%a)\n  ROOT %c = f32[4,8]{1,0} fusion(%b), kind=kLoop, calls=%fused"
    copied, put = sorted(program(entry(lines, fused)).kernels, key=lambda kernel: kernel.opcode)
    assert (copied.bytes, put.bytes) == (128 + 32, 32 + 128)


def test_a_product_of_matrices_counts_its_multiplications_and_not_its_scratch_space() -> None:
    config = '"gemm_backend_config":{"dot_dimension_numbers":{"lhs_contracting_dimensions":["1"]}}'
    lines = (
        "  %b = f32[8,4]{0,1} bitcast(%a)\n"
        "  ROOT %c = (f32[4,4]{1,0}, s8[4096]{0}) custom-call(%a, %b), "
        f'custom_call_target="__cublas$lt$matmul", backend_config={{{config}}}'
    )
    (kernel,) = program(entry(lines)).kernels
    assert (kernel.bytes, kernel.operations) == (128 + 128 + 64, 4 * 4 * 8)


@pytest.mark.parametrize(
    ("line", "moved", "work"),
    [
        ("f64[4,8]{1,0} sine(%a)", 128 + 256, 64),
        ("f32[4]{0} reduce(%a, %zero), dimensions={1}, to_apply=%sum", 128 + 4 + 16, 32),
        ("f32[2,8]{1,0} slice(%a), slice={[0:2], [0:8]}", 128, 0),
        ("f32[4,4]{1,0} dot(%a, %a), lhs_contracting_dims={1}, rhs_contracting_dims={1}", 320, 128),
        ("f32[4,8]{1,0} reduce-window(%a, %zero), window={size=1x3 pad=0_0x1_1}, to_apply=%sum", 260, 96),
        ("c64[4,5]{1,0} fft(%a), fft_type=RFFT, fft_length={8}", 128 + 160, 0.5 * 5 * 32 * 3),
        ("f32[4,8]{1,0} sort(%a), dimensions={1}, to_apply=%sum", 256, 32 * 3),
    ],
)
def test_an_instruction_moves_and_computes(line: str, moved: float, work: float) -> None:
    kernels = program(entry(f"  %zero = f32[] constant(0)\n  ROOT %out = {line}")).kernels
    assert [(kernel.bytes, kernel.operations) for kernel in kernels] == [(moved, work)]


def test_of_a_conditional_the_branch_counts_that_moves_most() -> None:
    branches = """
%small (p: f32[4,8]) -> f32[4,8] {
  ROOT %p = f32[4,8]{1,0} parameter(0)
}

%large (q: f32[4,8]) -> f32[4,8] {
  %q = f32[4,8]{1,0} parameter(0)
  ROOT %r = f32[4,8]{1,0} negate(%q)
}
"""
    line = (
        "  %i = s32[] constant(1)\n"
        "  ROOT %c = f32[4,8]{1,0} conditional(%i, %a, %a), branch_computations={%small, %large}"
    )
    assert [kernel.opcode for kernel in program(entry(line, branches)).kernels] == ["negate"]


def test_a_call_is_what_it_calls() -> None:
    called = """
%inner (p: f32[4,8]) -> f32[4,8] {
  %p = f32[4,8] parameter(0)
  ROOT %n = f32[4,8] negate(%p)
}
"""
    lines = "  ROOT %c = f32[4,8]{1,0} call(%a), to_apply=%inner"
    assert [kernel.opcode for kernel in program(entry(lines, called)).kernels] == ["negate"]


def test_a_text_that_is_no_module_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("give that of compiled.as_text()")):
        Computations("func.func @main() {\n}\n")
