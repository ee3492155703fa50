"""The images of point sources by jaxlens, for the topic `positions`.

Each kind of lens is one program, as in the simulator: the search for images, their magnifications and, behind
a single plane, their arrival times.
"""

from __future__ import annotations

from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import MASS_PROFILES, cosmology
from jaxlens.kernels.lensing import rays
from jaxlens.kernels.lensing.direction_search import PowerLaw
from jaxlens.kernels.lensing.lens_equation import ImagePositions, image_positions
from validation.agreement import references
from validation.agreement.references import Group

# By kind: its name in the report, and the profiles of the first plane.
KINDS = {
    "sis": ("SIS", ("SIS",)),
    "sie_shear": ("SIE and shear", ("SIE", "SHEAR")),
    "epl_shear": ("EPL and shear", ("EPL", "SHEAR")),
    "nie_shear": ("NIE and shear", ("NIE", "SHEAR")),
    "two_planes": ("two deflecting planes", ("SIE", "SHEAR")),
}
# Cells along the grid of the search, as in the simulator for its smallest images, where the grid is coarsest.
CELLS = 32
# Behind two planes the simulator's grid has 64 cells for all images.
CELLS_OF_TWO_PLANES = 64
# The largest number of images of a source, as in the simulator.
SLOTS = {kind: 12 if kind == "two_planes" else 6 for kind in KINDS}

Values = dict[str, jax.Array]
Points = tuple[jax.Array, jax.Array]
Arrays = dict[str, np.ndarray]


def solve(kind: str, group: Group) -> Arrays:
    """Find the images of all cases of a kind of lens.

    Returns:
        The fields of `image_positions`, and `time` behind a single plane, each (cases, slots).
    """

    def solve_case(case: Values) -> Values:
        args = {k: v for k, v in case.items() if k not in ("source_x", "source_y", "half_width")}
        images = image_positions(
            partial(rays_to_source, kind),
            args,
            case["source_x"],
            case["source_y"],
            half_width=case["half_width"],
            slots=SLOTS[kind],
            cells=CELLS_OF_TWO_PLANES if kind == "two_planes" else CELLS,
            row=10 if kind == "two_planes" else 8,
            power_law=_power_law if kind in ("sis", "sie_shear", "epl_shear") else None,
        )
        return images._asdict() | ({} if kind == "two_planes" else {"time": _times(kind, case, images)})

    found = jax.jit(jax.vmap(solve_case))(inputs(group))
    return {name: np.asarray(array, dtype=np.float64) for name, array in found.items()}


def inputs(group: Group) -> Values:
    """All parameters of the cases, each with the cases as first axis."""
    values = {key.removeprefix(references.PARAMETER_PREFIX): array for key, array in group.items()}
    cases = len(group["number"])
    results = ("x", "y", "magnification", "time", "number", "number_by_lenstronomy")
    return {
        name: jnp.asarray(np.broadcast_to(array, (cases,)) if array.ndim == 0 else array)
        for name, array in values.items()
        if name not in results
    }


def _power_law(args: Values) -> PowerLaw:
    """The lens of `sis` and `sie_shear`."""
    zero = jnp.zeros_like(args["theta_E"])
    shape = {name: args.get(name, zero) for name in ("theta_E", "e1", "e2", "center_x", "center_y")}
    return PowerLaw(**shape, gamma=args.get("gamma"))


def rays_to_source(kind: str, x: jax.Array, y: jax.Array, args: Values) -> Points:
    """Positions in the source's plane of the rays seen at (x, y).

    Args:
        kind: the kind of lens.
        x: positions in arcsec.
        y: positions in arcsec, of the same shape.
        args: the parameters of one lens.
    """
    profiles = KINDS[kind][1]
    if kind != "two_planes":
        alpha_x, alpha_y = _deflection(profiles, args, x, y)
        return x - alpha_x, y - alpha_y
    near, far = ({name: v[k] if v.ndim else v for name, v in args.items()} for k in (0, 1))
    distances = cosmology.transverse_comoving_distance(args["redshift"], H0=args["H0"], Om0=args["Om0"])
    planes = [partial(_deflection, profiles, near), partial(_deflection, ("SIE",), far)]
    return rays.shoot(x, y, planes, rays.lensing_weights(distances))[-1]


def _deflection(profiles: tuple[str, ...], values: Values, x: jax.Array, y: jax.Array) -> Points:
    """Summed deflection of the profiles of a plane."""
    alphas = [MASS_PROFILES[name].deflection(x, y, **_own(name, values)) for name in profiles]
    return reduce(jnp.add, [a for a, _ in alphas]), reduce(jnp.add, [a for _, a in alphas])


def _times(kind: str, case: Values, images: ImagePositions) -> jax.Array:
    """Arrival times (slots,) in days."""
    x, y = images.x, images.y
    source = jnp.full_like(x, case["source_x"]), jnp.full_like(y, case["source_y"])
    psi = reduce(jnp.add, [MASS_PROFILES[n].psi(x, y, **_own(n, case)) for n in KINDS[kind][1]])
    redshifts = jnp.stack([case["z_lens"], case["z_source"]])
    distances = cosmology.transverse_comoving_distance(redshifts, H0=case["H0"], Om0=case["Om0"])
    return rays.arrival_time([(x, y), source], [psi], distances)


def _own(profile: str, values: Values) -> Values:
    """Those of the values that are parameters of the profile."""
    return {name: values[name] for name in MASS_PROFILES[profile].parameters if name in values}
