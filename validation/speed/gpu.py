"""Programs compiled for an NVIDIA H100 on a machine without one: `python -m validation.speed.gpu`.

XLA compiles for a card that it is only told about (`validation.speed.compiled`, which says on which private
function of jax this depends and what to do when that moves).  The optimised program says how many kernels a
batch launches, what they read and write, how much they compute and how much memory they need
(`validation.speed.hlo` says how that is counted).  From this follows a bound on the speed, and not the speed:
that is measured on a card, by `python -m validation.speed`.

    python -m validation.speed.gpu                     the table; validation/results/compiled_for_h100.json
    python -m validation.speed.gpu --check             fails where launches or traffic have grown by a tenth
    python -m validation.speed.gpu A C --kernels 10    some rows, with the kernels that move most
    python -m validation.speed.gpu mine.yaml --hlo FOLDER      the images of a file, and its program's text

It needs the extra `cuda` (`pip install "jaxlens-sim[cuda]"`) and no card.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax

from validation.speed import bounds
from validation.speed.compiled import MissingCompiler, compile_for_h100, require_compiler
from validation.speed.gpu_programs import BATCH, ROWS, of_file
from validation.speed.hlo import Kernel, program

RESULTS = Path(__file__).parents[1] / "results" / "compiled_for_h100.json"
# Kernels that are listed where a target is missed.
EXPLAINING = 4


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m validation.speed.gpu", description=(__doc__ or "").split("\n")[0]
    )
    rows = ", ".join(ROWS)
    parser.add_argument("row", nargs="*", help=f"some of {rows}, or YAML files (default: all but files)")
    parser.add_argument("--batch", type=int, default=BATCH, help=f"systems of a batch ({BATCH})")
    parser.add_argument("--kernels", type=int, default=0, help="how many kernels of each row are listed")
    parser.add_argument("--hlo", type=Path, help="a folder for the optimised programs")
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the JSON file")
    options = parser.parse_args(arguments)
    for name in options.row:
        if name not in ROWS and not Path(name).is_file():
            parser.error(f"{name} is no row and no file; the rows are {rows}")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Compile, print, and write or compare: 0, or 1 where a row has grown or nothing can be compiled."""
    options = _arguments(arguments)
    try:
        require_compiler()
    except MissingCompiler as error:
        print(error, file=sys.stderr)
        return 1
    found: dict[str, Any] = {"card": bounds.CARD, "jax": jax.__version__, "rows": {}}
    kernels: dict[str, tuple[Kernel, ...]] = {}
    for name in options.row or ROWS:
        found["rows"][name], kernels[name] = _row(name, options.batch, options.hlo)
    print("\n".join(_report(found, kernels, options.kernels)))
    if options.check:
        return _checked(found, options.out)
    if not options.row and options.batch == BATCH:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(options.out)
    return 0


def _row(name: str, batch: int, folder: Path | None) -> tuple[bounds.Row, tuple[Kernel, ...]]:
    """The figures of one row, and the kernels of its programs."""
    print(f"compiling {name}", file=sys.stderr, flush=True)
    began, unknown, temporary, output = time.perf_counter(), 0, 0, 0
    kernels: tuple[Kernel, ...] = ()
    with tempfile.TemporaryDirectory() as files:
        source = ROWS.get(name, of_file(name))(Path(files), batch)
        for number, (function, shapes) in enumerate(source.programs):
            compiled = compile_for_h100(function, *shapes)
            text, memory = compiled.as_text(), compiled.memory_analysis()
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{Path(name).name}_{number}.hlo").write_text(text, encoding="utf-8")
            read = program(text)
            kernels, unknown = (*kernels, *read.kernels), unknown + read.unknown_loops
            # what one program gives to the next is not a result of the row
            temporary, output = temporary + output + memory.temp_size_in_bytes, memory.output_size_in_bytes
    print(f"compiled in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    figures = bounds.row(kernels, source.batch, source.image_bytes)
    figures |= {"loops_of_unknown_length": unknown}
    figures |= {"temporary_MB": temporary / 1e6, "output_MB": output / 1e6}
    return {figure: round(number, 4) for figure, number in figures.items()}, kernels


def _report(found: dict[str, Any], kernels: dict[str, tuple[Kernel, ...]], listed: int) -> Iterator[str]:
    """The lines that are printed."""
    yield f"compiled for {bounds.CARD} by jax {found['jax']}; no card was used, and nothing is timed"
    yield from bounds.table(found["rows"])
    missed = set()
    for target in bounds.targets(found["rows"]):
        yield target.text
        missed |= set() if target.met else {target.row}
    for name, of_row in kernels.items():
        most = max(listed, EXPLAINING if name in missed else 0)
        if most:
            yield f"{name}: the kernels that move most"
            yield from _listed(of_row, most, found["rows"][name]["batch"])


def _listed(kernels: tuple[Kernel, ...], most: int, batch: int) -> Iterator[str]:
    yield f"{'kB/system':>11}{'kop/system':>12}{'times':>7}  {'kernel':<13}{'result':<45}from"
    for kernel in sorted(kernels, key=lambda kernel: kernel.bytes, reverse=True)[:most]:
        each = (
            f"{kernel.bytes / batch / 1e3:>11.1f}{kernel.operations / batch / 1e3:>12.1f}{kernel.times:>7.0f}"
        )
        yield f"{each}  {kernel.opcode:<13}{kernel.shape[:44]:<45}{kernel.name[-70:]}"


def _checked(found: dict[str, Any], file: Path) -> int:
    """0, or 1 with a line for each row that has grown beyond what the file has."""
    committed = json.loads(file.read_text(encoding="utf-8"))
    if committed["jax"] != found["jax"]:
        print(f"the file is of jax {committed['jax']}, this is {found['jax']}", file=sys.stderr)
    grown = bounds.grown(committed["rows"], found["rows"])
    for line in grown:
        print(line, file=sys.stderr)
    if grown:
        print("if this is meant, run `python -m validation.speed.gpu` and commit its file", file=sys.stderr)
    return 1 if grown else 0


if __name__ == "__main__":
    # where jax is to use the card that is not there it fails before anything is compiled
    jax.config.update("jax_platforms", "cpu")
    sys.exit(main())
