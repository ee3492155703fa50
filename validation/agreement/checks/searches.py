"""Images behind every registered mass profile, and sums of them: none that a fine grid finds is missed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jaxlens.kernels import MASS_PROFILES
from validation.agreement.registered import images
from validation.agreement.registered.images import Lenses
from validation.agreement.reporting.rows import Findings, Row, row

# One profile in so many stands beside an SIE too.
BESIDE_EVERY = 4
# The profile of a quick check, which compiles soonest; each has a program and fine grids of its own.
QUICK_ALONE = ["SIS"]


def check(quick: bool) -> Findings:
    """All profiles that make images alone, some beside an SIE, and every line of sight behind one."""
    names = QUICK_ALONE if quick else images.names_of_deflectors()
    rows = _rows("one profile in a shear", images.single, names)
    if not quick:
        lines = [name for name, profile in sorted(MASS_PROFILES.items()) if profile.line_of_sight is not None]
        rows += _rows("a profile beside an SIE", images.beside_sie, names[::BESIDE_EVERY])
        rows += _rows("an SIE with a line of sight", images.beside_sie, lines)
    return Findings(rows)


def _rows(kind: str, lenses_of: Callable[[str], Lenses], names: list[str]) -> list[Row]:
    """What is missed and what is spurious behind lenses of one kind."""
    lenses = [lenses_of(name) for name in names]
    found = [images.wrong_images(one) for one in lenses]
    total = int(sum(one.images.sum() for one in found))
    return [
        _row(f"{kind}: images missed, of {total}", lenses, [one.missed for one in found]),
        _row(f"{kind}: images that do not exist", lenses, [one.spurious for one in found]),
    ]


def _row(name: str, lenses: list[Lenses], counts: list[np.ndarray]) -> Row:
    """The row of a count that should be 0 for every lens; its remark names the lenses where it is not."""
    wrong = [str(one) for one, count in zip(lenses, counts, strict=True) if np.any(count)]
    return row(name, np.concatenate(counts), 0.0, "images a lens", ", ".join(wrong))
