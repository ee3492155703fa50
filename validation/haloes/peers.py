"""Systems with haloes for JAXtronomy and lenstronomy: their lists of profiles, and where rays end."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from jaxlens import Simulator
from validation.haloes.oracles.draws import COSMOLOGY, lens_cosmo
from validation.haloes.small_lens import LENS, MACRO, PREFIXES, SOURCE

Numbers = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Lens:
    """A lens in lenstronomy's words.

    Attributes:
        names: the profiles.
        keywords: the arguments of each.
        redshifts: that of each.
        source: the redshift of the source.
        x: where the pixels are, arcsec, (pixels,).
        y: the other coordinate.
        light: the shape of the source's SERSIC_ELLIPSE.
    """

    names: list[str]
    keywords: list[dict[str, float]]
    redshifts: list[float]
    source: float
    x: np.ndarray
    y: np.ndarray
    light: dict[str, float]


def lens_of(sim: Simulator, system: Numbers) -> Lens:
    """A system of a file with an EPL, a shear, TNFW haloes and one source.

    Args:
        sim: the simulator of the file.
        system: the parameters of one system.

    Returns:
        The same lens for other packages.
    """
    near, far = (float(system[f"{one}-REDSHIFT"]) for one in (LENS, SOURCE))
    parts: list[tuple[str, dict[str, float], float]] = []
    for profile, name in (("MASS_PROFILE_1", "EPL"), ("SHEAR_PROFILE_1", "SHEAR")):
        values = {key: float(system.get(f"{LENS}-{profile}-{key}", 0.0)) for key in MACRO[profile]}
        parts.append((name, values, near))
    for prefix in PREFIXES.values():
        if f"{prefix}-NUMBER" in system:
            parts += _haloes(system, prefix, near, far)
    parts += _sheets(sim, system, near, far)
    parts.sort(key=lambda part: part[2])
    names, keywords = [one[0] for one in parts], [one[1] for one in parts]
    redshifts = [one[2] for one in parts]
    line = (np.arange(sim.scene.num_pix) - 0.5 * (sim.scene.num_pix - 1)) * float(system["pixel_scale"])
    x, y = (axis.ravel() for axis in np.meshgrid(line, line))
    shape = ("R_sersic", "n_sersic", "e1", "e2", "center_x", "center_y")
    light = {name: float(system[f"{SOURCE}-LIGHT_PROFILE_1-{name}"]) for name in shape}
    return Lens(names, keywords, redshifts, far, x, y, light)


def _haloes(
    system: Numbers, prefix: str, near: float, far: float
) -> list[tuple[str, dict[str, float], float]]:
    """The haloes of a prefix as TNFW."""
    number = int(system[f"{prefix}-NUMBER"])
    names = ("x", "y", "mass", "concentration", "r_trunc")
    own = {name: np.asarray(system[f"{prefix}-{name}"], float)[:number] for name in names}
    z = np.asarray(system.get(f"{prefix}-z", np.full(number, near)), float)[:number]
    parts = []
    for k in range(number):
        Rs, alpha_Rs = _cosmo(float(z[k]), far).nfw_physical2angle(own["mass"][k], own["concentration"][k])
        angles = {"Rs": float(Rs), "alpha_Rs": float(alpha_Rs), "r_trunc": float(own["r_trunc"][k])}
        place = {"center_x": float(own["x"][k]), "center_y": float(own["y"][k])}
        parts.append(("TNFW", angles | place, float(z[k])))
    return parts


def _sheets(
    sim: Simulator, system: Numbers, near: float, far: float
) -> list[tuple[str, dict[str, float], float]]:
    """The negative sheets of the planes of haloes."""
    kappa = system.get("LINE_OF_SIGHT-kappa_sheet")
    if kappa is None:
        return []
    field = sim.config.configurations[0].line_of_sight
    planes = field.planes if field is not None else ()
    parts, begin = [], 0.0
    for number, end in zip(planes, (near, far), strict=True):
        parts += [begin + (k + 0.5) * (end - begin) / number for k in range(number)]
        begin = end
    return [("CONVERGENCE", {"kappa": -float(kappa[k])}, z) for k, z in enumerate(parts)]


def jaxtronomy(lens: Lens) -> np.ndarray:
    """Where rays end by JAXtronomy's LensModelBulk, (2, pixels); the haloes are copied to the device anew."""
    model = _bulk()
    keywords = model.prepare_ray_shooting_kwargs(
        lens.names, lens.keywords, lens.source, lens.redshifts, num_deflectors=_room(len(lens.names))
    )
    return np.array(model.ray_shooting(lens.x, lens.y, keywords))


def lenstronomy(lens: Lens) -> np.ndarray:
    """Where rays end by lenstronomy, (2, pixels)."""
    from lenstronomy.LensModel.lens_model import LensModel

    with warnings.catch_warnings():
        # lenstronomy warns about every cosmology
        warnings.simplefilter("ignore")
        model = LensModel(
            lens.names,
            lens_redshift_list=lens.redshifts,
            z_source=lens.source,
            z_source_convention=lens.source,
            multi_plane=True,
            cosmo=COSMOLOGY,
        )
    return np.array(model.ray_shooting(lens.x, lens.y, lens.keywords))


def relative(image: np.ndarray, rays: np.ndarray, lens: Lens) -> float:
    """The largest difference of an image from the source's light at the rays, in units of the peak.

    Args:
        image: of one band without blur and noise, (1, y, x).
        rays: where they end, (2, pixels).
        lens: the system.

    Returns:
        The difference of both images, each over its sum, over the peak.
    """
    from lenstronomy.LightModel.Profiles.sersic import SersicElliptic

    theirs = SersicElliptic().function(*rays, amp=1.0, **lens.light)
    ours = np.asarray(image, float).ravel()
    theirs = theirs / theirs.sum()
    return float(np.abs(ours / ours.sum() - theirs).max() / theirs.max())


def _room(number: int) -> int:
    """The number of deflectors for which JAXtronomy's program is compiled: a multiple of 200."""
    return -(-number // 200) * 200


@cache
def _bulk() -> Any:
    """JAXtronomy's model of these profiles."""
    from jaxtronomy.LensModel.lens_model_bulk import LensModelBulk

    return LensModelBulk(["EPL", "SHEAR", "TNFW", "CONVERGENCE"], multi_plane=True, cosmo=COSMOLOGY)


@cache
def _cosmo(redshift: float, source: float) -> Any:
    """Lenstronomy's distances."""
    return lens_cosmo(redshift, source)
