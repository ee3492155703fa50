"""Configurations for the comparison of whole images, as the dictionaries that `load_config` takes.

Two bands that differ in magnitude, seeing and R_sersic; an SIE and a shear in front, and in three planes a
second SIE with its light in the middle; two or three Sersic components.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BANDS = ("g", "i")
Node = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of scene, which compiles once: planes, whether there is a quasar, and supersampling."""

    planes: int
    quasar: bool
    supersampling: int

    def __str__(self) -> str:
        """The name of the group in reports."""
        source = "quasar" if self.quasar else "galaxy"
        return f"{self.planes} planes, {source}, {self.supersampling} x {self.supersampling}"


KINDS = tuple(Kind(p, q, s) for p in (2, 3) for q in (False, True) for s in (1, 3))


def uniform(low: float, high: float) -> Node:
    """The entry of a parameter with a uniform distribution."""
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


def per_band(*ends: tuple[float, float]) -> Node:
    """The entry of a parameter that is uniform in each band, with its ends by band."""
    return {band: uniform(*pair) for band, pair in zip(BANDS, ends, strict=True)}


def config(kind: Kind, num_pix: int = 36) -> Node:
    """The whole file of one kind of scene."""
    return {
        "DATASET": {"NAME": "comparison", "PARAMETERS": {"SIZE": 1, "OUTDIR": "comparison", "SEED": 0}},
        "COSMOLOGY": {"PARAMETERS": {"H0": uniform(60.0, 80.0), "Om0": uniform(0.2, 0.4)}},
        "IMAGE": {"PARAMETERS": _image(kind, num_pix)},
        "SURVEY": {"PARAMETERS": _survey()},
        "SPECIES": _species(kind),
        "GEOMETRY": {"CONFIGURATION_1": _geometry(kind)},
    }


def _image(kind: Kind, num_pix: int) -> Node:
    return {
        "exposure_time": 90,
        "numPix": num_pix,
        "pixel_scale": 0.16,
        "psf_type": "GAUSSIAN",
        "read_noise": 7,
        "ccd_gain": 6.0,
        "supersampling_factor": kind.supersampling,
    }


def _survey() -> Node:
    return {
        "BANDS": ",".join(BANDS),
        "seeing": per_band((0.5, 0.9), (0.3, 0.6)),
        "magnitude_zero_point": 30.0,
        "sky_brightness": 23.5,
        "num_exposures": 10,
    }


def _sersic(magnitude: Node, radius: Node, offset: float) -> Node:
    parameters: Node = {"magnitude": magnitude, "R_sersic": radius, "n_sersic": uniform(0.7, 5.0)}
    parameters |= {"e1": uniform(-0.3, 0.3), "e2": uniform(-0.3, 0.3)}
    parameters |= {"center_x": uniform(-offset, offset), "center_y": uniform(-offset, offset)}
    return {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": parameters}


def _lens_light() -> Node:
    return _sersic(per_band((18.5, 20.0), (17.5, 19.0)), per_band((0.6, 1.5), (0.5, 1.2)), 0.05)


def _source_light() -> Node:
    return _sersic(per_band((20.5, 22.0), (21.0, 23.0)), per_band((0.1, 0.5), (0.1, 0.6)), 0.4)


def _sie(low: float, high: float, offset: float) -> Node:
    parameters = {"theta_E": uniform(low, high), "e1": uniform(-0.3, 0.3), "e2": uniform(-0.3, 0.3)}
    parameters |= {"center_x": uniform(-offset, offset), "center_y": uniform(-offset, offset)}
    return {"NAME": "SIE", "PARAMETERS": parameters}


def _species(kind: Kind) -> Node:
    shear = {"NAME": "SHEAR", "PARAMETERS": {"gamma1": uniform(-0.08, 0.08), "gamma2": uniform(-0.08, 0.08)}}
    lens = {"NAME": "LENS", "LIGHT_PROFILE_1": _lens_light(), "MASS_PROFILE_1": _sie(0.7, 1.4, 0.05)}
    lens["SHEAR_PROFILE_1"] = shear
    source = {"NAME": "SOURCE", "LIGHT_PROFILE_1": _source_light()}
    # With three planes the third component is in the middle plane.
    if kind.planes == 2 and kind.supersampling == 1:
        source["LIGHT_PROFILE_2"] = _source_light()
    species = {"GALAXY_1": lens, "GALAXY_2": source}
    if kind.planes == 3:
        light = _sersic(per_band((20.5, 22.0), (20.0, 21.5)), per_band((0.2, 0.5), (0.2, 0.6)), 0.5)
        species["GALAXY_3"] = {
            "NAME": "MIDDLE",
            "LIGHT_PROFILE_1": light,
            "MASS_PROFILE_1": _sie(0.1, 0.3, 0.5),
        }
    if kind.quasar:
        parameters = {"magnitude": per_band((20.0, 22.0), (19.5, 21.5))}
        species["POINTSOURCE_1"] = {"NAME": "QUASAR", "HOST": "SOURCE", "PARAMETERS": parameters}
    return species


def _geometry(kind: Kind) -> Node:
    names = ["LENS", "MIDDLE", "SOURCE"] if kind.planes == 3 else ["LENS", "SOURCE"]
    redshifts = [uniform(0.2, 0.5), uniform(0.6, 1.0), uniform(1.2, 3.0)]
    planes = zip(names, [redshifts[0], *redshifts[-len(names) + 1 :]], strict=True)
    geometry: Node = {"NAME": "COMPARISON", "FRACTION": 1.0}
    for k, (name, redshift) in enumerate(planes, start=1):
        geometry[f"PLANE_{k}"] = {"OBJECT_1": name, "PARAMETERS": {"REDSHIFT": redshift}}
    if kind.quasar:
        geometry[f"PLANE_{len(names)}"]["OBJECT_2"] = "QUASAR"
    return geometry
