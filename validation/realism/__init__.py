"""How the packaged file `realistic_lsst` compares with the sky, and what a network learns from it.

`python -m validation.realism survey` compares its images and metadata with published numbers of surveys,
`picture` draws docs/realistic_lsst.png, `gap` trains networks on it and on `lens_or_not` and tests both on
images of it that none was trained on, and `page` writes the tables of both into docs/realism.md.  Results
are kept in validation/results.
"""

from __future__ import annotations

from pathlib import Path

# The folder of the results.
RESULTS = Path(__file__).parents[1] / "results"
# The file that is compared with the sky.
FILE = "realistic_lsst"
# The files that networks are trained on; the last is the one that looks like the sky.
TRAINED_ON = ("lens_or_not", FILE)
# Thresholds of the network's probability of a lens.
THRESHOLDS = (0.5, 0.9, 0.99)
# How well networks find lenses.
GAP = RESULTS / "realism_gap.json"
