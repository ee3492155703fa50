"""Dark haloes beside pyHalo and lenstronomy: `python -m validation.haloes`.

A comparison is a module of this package with `check(quick: bool) -> list[Row]`, and a line of `PARTS`.  What
other packages say is in `references`, which `python -m validation.haloes.make_references` writes with
lenstronomy 1.14 and pyHalo 1.5 (`pip install lenstronomy pyhalo`).
"""

from __future__ import annotations

from pathlib import Path

# The comparisons, each the module of its name, and what they compare.
PARTS = {
    "convergence": "the mean convergence of 1,000 lines of sight, which negative sheets take out",
    "deflections": "sums over 1,000 haloes in one and eight planes, exact and approximate; lenstronomy",
    "field_haloes": "numbers, masses and places of haloes along the line of sight, and sheets; pyHalo",
    "point_sources": "images of 200 point sources behind haloes, magnifications and delays; a fine search",
    "rays": "the same rays through a file's scene, from masses, concentrations and redshifts; lenstronomy",
    "subhaloes": "numbers, masses, concentrations, truncation and places of subhaloes; pyHalo",
}
# Where numbers that were measured are kept, and where figures are.
RESULTS = Path(__file__).parents[1] / "results"
DOCS = Path(__file__).parents[2] / "docs"
# The rows of all comparisons.
AGREEMENT = RESULTS / "haloes_agreement.json"
