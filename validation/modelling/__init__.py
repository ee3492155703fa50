"""Lenses made by lenstronomy and fitted by `jaxlens.modelling`: `python -m validation.modelling`.

Each part is a module with `main(arguments) -> int`, which is 0 where its targets are met.
"""

# What each part shows.
PARTS = {
    "quads": "40 lensed quasars with delays: the pulls of H0 have width 1",
    "joint": "mocks in three bands: a joint fit is better than each band by the factor that they predict",
    "mocks": "150 mocks, clumpy sources and a slightly wrong PSF: the bias and the errors of Einstein radii",
    "evidence": "mocks of four models of the mass: the evidence ranks the true one first in 9 of 10",
}
