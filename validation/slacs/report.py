"""The table of a sample beside published values, as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from jaxlens.modelling.samples.published import Published, Radius
from jaxlens.modelling.samples.record import FAILED, Record
from validation.slacs.criteria import CHI_SQUARE, CONFLICT, LARGEST, LARGEST_IN_CONFLICT, misses, target

_HEAD = ("name", "ours", "error", "published", "diff %")
_TAIL = ("chi2/dof", "model", "conv.", "starts", "s", "compile s", "flags")
# Columns of text, which are aligned to the left.
_TEXTS = ("name", "model", "flags")


def lines(records: Sequence[Record], published: Published) -> list[str]:
    """The table: one line a lens, and what they are held to.

    Args:
        records: of the lenses.
        published: the values to compare with.
    """
    others = published.columns[1:]
    head = (*_HEAD, *(word for name in others for word in (name, "diff %")), *_TAIL)
    rows = [_cells(record, published.of(record.name), published.columns) for record in records]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            cell.ljust(width) if name in _TEXTS else cell.rjust(width)
            for cell, width, name in zip(cells, widths, head, strict=True)
        ).rstrip()

    return [line(head), *map(line, rows), "", *_words(records, published)]


def _cells(record: Record, radii: Mapping[str, Radius], columns: Sequence[str]) -> tuple[str, ...]:
    """The cells of one lens."""
    compared: list[str] = []
    for column in columns:
        value = radii[column].value if column in radii else math.nan
        compared += [_number(value, 4), _number(100.0 * (record.theta_E / value - 1.0), 2, sign=True)]
    own = [record.name, _number(record.theta_E, 4), _number(record.theta_E_error, 4), *compared]
    if record.status == FAILED:
        tail = ["-", "-", "-", "-"]
    else:
        tail = [
            _number(record.chi_square_per_degree, 3),
            record.model,
            "yes" if record.converged else "no",
            f"{record.reached}/{record.starts}",
        ]
    flags = record.error or ", ".join(flag.words for flag in record.flags) or "-"
    return (*own, *tail, _number(record.seconds, 1), _number(record.compilation, 1), flags)


def _number(value: float, digits: int, sign: bool = False) -> str:
    return "-" if not math.isfinite(value) else f"{value:{'+' if sign else ''}.{digits}f}"


def _words(records: Sequence[Record], published: Published) -> list[str]:
    """What the lenses are held to, and the seconds of all."""
    first, last = published.columns[0], published.columns[-1]
    fitted = [record for record in records if record.status != FAILED]
    words = [
        f"held to: theta_E within {100 * LARGEST:.1f}% of {first}, or where that differs from {last} by more "
        f"than {100 * CONFLICT:.0f}%, within {100 * LARGEST_IN_CONFLICT:.0f}% of {last}; chi-square per "
        f"degree at most {CHI_SQUARE}; converged, from a tenth of the starts or more"
    ]
    for record in records:
        wanted = target(published.of(record.name))
        if wanted is not None and wanted.column != first:
            words.append(
                f"{record.name} is compared with {wanted.column}: the published values are in conflict"
            )
    if fitted:
        mean = sum(record.seconds for record in fitted) / len(fitted)
        compilation = sum(record.compilation for record in fitted)
        words.append(f"{mean:.1f} s a lens on average, and {compilation:.1f} s of compilation for all")
    return words


def missed(records: Sequence[Record], published: Published) -> list[str]:
    """A line for each lens that does not reach what it is held to.

    Args:
        records: of the lenses.
        published: the values to compare with.
    """
    found = [(record.name, misses(record, published.of(record.name))) for record in records]
    return [f"MISSED {name}: {'; '.join(what)}" for name, what in found if what]
