"""Images of 200 point sources behind an EPL with shear, subhaloes and haloes along the line of sight.

Each array has one row a case: the macro lens (`theta_E`, `gamma`, ..., `gamma1`, `gamma2`), `source_x` and
`source_y` (of the point, arcsec), subhaloes `sub_x`, `sub_y`, `sub_mass`, `sub_concentration`,
`sub_r_trunc` and `sub_number`, the same of haloes along the line of sight as `los_...` with their redshift
`los_z`, padded with zeros.  Images are `x`, `y`, the signed `magnification` and the arrival `time` in days
(of lenstronomy), `number` of them, sorted by x; `macro_number` is how many there are without haloes.

The search is that of `validation.agreement.exact.images`: the corners of a grid of cells are mapped to the
source, candidates are searched on finer grids, and Newton's method ends at 1e-12 arcsec.
"""

from __future__ import annotations

import sys

import numpy as np

from validation.agreement.exact.images import Profile
from validation.haloes.oracles import planes
from validation.haloes.oracles.deflections import LENS, PLANES, SOURCE
from validation.haloes.oracles.draws import Arrays, haloes, tnfw

# Cases, and room for images and for haloes of each kind.
CASES, IMAGES, SUBHALOES, FIELD = 200, 16, 300, 80
# Cells along a side of the first grid, and its half width in units of the Einstein radius.
CELLS, WINDOW = 110, 2.0
# Sources with an image of a larger abs(mu) are drawn again.
MAX_MAGNIFICATION = 1e3
# The redshifts of all planes of deflectors, and of the source.
REDSHIFTS = (*sorted((*PLANES, LENS)), SOURCE)

Case = dict[str, np.ndarray]


def arrays(cases: int = CASES) -> Arrays:
    """All cases."""
    rows: list[Case] = []
    attempt = 0
    while len(rows) < cases:
        found = case(np.random.default_rng([1920, attempt]))
        attempt += 1
        if found is not None:
            rows.append(found)
            print(f"{len(rows)} of {cases}, {int(found['number'])} images", file=sys.stderr, flush=True)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def case(rng: np.random.Generator) -> Case | None:
    """A random case with its images; None where one of them is magnified too much."""
    macro = {
        "theta_E": rng.uniform(0.8, 1.4),
        "gamma": rng.uniform(1.9, 2.2),
        "e1": rng.normal(0.0, 0.08),
        "e2": rng.normal(0.0, 0.08),
        "center_x": rng.normal(0.0, 0.02),
        "center_y": rng.normal(0.0, 0.02),
    }
    shear = {"gamma1": rng.normal(0.0, 0.04), "gamma2": rng.normal(0.0, 0.04)}
    reach = 1.5 * macro["theta_E"]
    sub = tnfw(haloes(rng, int(rng.integers(100, SUBHALOES + 1)), reach, 1e7), LENS, SOURCE)
    field = _field(rng, reach)
    distance, angle = macro["theta_E"] * rng.uniform(0.0, 0.35), rng.uniform(0.0, 2.0 * np.pi)
    source = (distance * np.cos(angle), distance * np.sin(angle))
    found = _solved([("EPL", macro), ("SHEAR", shear)], sub, field, source)
    if found is None:
        return None
    lens = {name: np.array(value) for name, value in (macro | shear).items()}
    lens |= {"source_x": np.array(source[0]), "source_y": np.array(source[1])}
    return lens | _padded("sub", sub, SUBHALOES) | _padded("los", field, FIELD) | found


def _field(rng: np.random.Generator, reach: float) -> Arrays:
    """Haloes along the line of sight, in a cone that closes at the source."""
    number = int(rng.integers(20, FIELD + 1))
    at = np.sort(rng.choice(PLANES, number))
    each = []
    for z in PLANES:
        extent = reach * min(1.0, (SOURCE - z) / (SOURCE - LENS))
        each.append(tnfw(haloes(rng, int((at == z).sum()), extent, 1e7), z, SOURCE))
    return {name: np.concatenate([one[name] for one in each]) for name in each[0]} | {"z": at}


def _solved(macro: list[Profile], sub: Arrays, field: Arrays, source: tuple[float, float]) -> Case | None:
    """The images, with lenstronomy's arrival times; None where one is magnified too much."""
    lens = [macro if z == LENS else [] for z in REDSHIFTS[:-1]]
    own = [
        sub if z == LENS else {name: value[field["z"] == z] for name, value in field.items()}
        for z in REDSHIFTS[:-1]
    ]
    traced = planes.HaloPlanes(lens, own, REDSHIFTS)
    theta_E = float(macro[0][1]["theta_E"])
    x, y, mu = traced.images(source, traced.source_plane, WINDOW * theta_E, CELLS)
    if not len(x) or np.abs(mu).max() > MAX_MAGNIFICATION:
        return None
    if len(x) > IMAGES:
        raise RuntimeError(f"{len(x)} images; there is room for {IMAGES}")
    model = planes.lens_model(lens, own, REDSHIFTS)
    planes.checked(traced, model, np.array([x, y]))
    time = model[0].arrival_time(x, y, model[1])
    alone = planes.HaloPlanes([macro], [_none(sub)], (LENS, SOURCE))
    macro_mu = alone.images(source, 1, WINDOW * theta_E, CELLS)[2]
    # the singular centre of an EPL is no image
    number = {"number": len(x), "macro_number": int((np.abs(macro_mu) > 1e-6).sum())}
    images = {"x": x, "y": y, "magnification": mu, "time": np.asarray(time)}
    images = {name: np.pad(value, (0, IMAGES - len(x))) for name, value in images.items()}
    return images | {name: np.array(value) for name, value in number.items()}


def _none(drawn: Arrays) -> Arrays:
    """No haloes."""
    return {name: value[:0] for name, value in drawn.items()}


def _padded(prefix: str, drawn: Arrays, room: int) -> Case:
    """The haloes by their names in the file, padded with zeros, and their number."""
    names = [name for name in ("x", "y", "z", "mass", "concentration", "r_trunc") if name in drawn]
    number = len(drawn["x"])
    padded = {f"{prefix}_{name}": np.pad(drawn[name], (0, room - number)) for name in names}
    return padded | {f"{prefix}_number": np.array(number)}
