"""Systems as numbers: what physical parameters, magnitudes and copies stand for."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM

import jaxlens
from jaxlens.exchange.systems import system_numbers


def test_numbers_of_a_system_with_a_copy_and_a_star() -> None:
    placed = {"NUMBER": 1, "MAX": 2, "POSITION": {"within": 3.0}}
    light = {"magnitude": 22.0, "R_sersic": 0.5, "n_sersic": 1.0, "center_x": 0.1}
    file = {
        "DATASET": {"NAME": "S", "PARAMETERS": {"SIZE": 1, "OUTDIR": "S"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {
            "PARAMETERS": {
                "exposure_time": 90,
                "numPix": 8,
                "pixel_scale": 0.5,
                "psf_type": "NONE",
                "read_noise": 7,
            }
        },
        "SURVEY": {
            "PARAMETERS": {
                "BANDS": "g,r",
                "magnitude_zero_point": {"g": 25.0, "r": 26.0},
                "sky_brightness": 21,
            }
        },
        "SPECIES": {
            "GALAXY_1": {
                "NAME": "LENS",
                "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": {"sigma_v": 250, "q": 0.5, "phi": 0.0}},
            },
            "GALAXY_2": {"NAME": "NEIGHBOUR", "LIGHT_PROFILE_1": {"NAME": "SERSIC", "PARAMETERS": light}},
            "POINTSOURCE_1": {
                "NAME": "STAR",
                "HOST": "Foreground",
                "PARAMETERS": {"magnitude": 20.0, "ra_image": 0.5, "dec_image": -1.0},
            },
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "FRACTION": 1.0,
                "PLANE_1": {
                    "OBJECT_1": "LENS",
                    "OBJECT_2": {"NAME": "NEIGHBOUR", **placed},
                    "OBJECT_3": "STAR",
                    "PARAMETERS": {"REDSHIFT": 0.5},
                },
                "PLANE_2": {"OBJECT_1": "NEIGHBOUR", "PARAMETERS": {"REDSHIFT": 1.5}},
            }
        },
    }
    sim = jaxlens.Simulator(file)
    params = {name: value[0] for name, value in sim.sample(jax.random.key(0), 1).items()}
    place = {"PLANE_1-OBJECT_2_1-sep": jnp.asarray(2.0), "PLANE_1-OBJECT_2_1-angle": jnp.asarray(np.pi / 2)}
    found = system_numbers(sim.configuration, sim.scene, params | place, sim.assets, {})
    assert [(one.prefix, one.name, one.plane) for one in found.objects] == [
        ("PLANE_1-OBJECT_1", "LENS", 0),
        ("PLANE_1-OBJECT_2_1", "NEIGHBOUR", 0),
        ("PLANE_2-OBJECT_1", "NEIGHBOUR", 1),
    ]
    (mass,) = found.objects[0].mass
    universe = FlatLambdaCDM(H0=70, Om0=0.3)
    ratio = 1.0 - float(universe.comoving_distance(0.5) / universe.comoving_distance(1.5))
    radius = np.degrees(4 * np.pi * (250 / 299792.458) ** 2 * ratio) * 3600
    expected = {"theta_E": radius, "e1": 1 / 3, "e2": 0.0, "center_x": 0.0, "center_y": 0.0}
    assert mass.in_band(0) == pytest.approx(expected, rel=1e-4, abs=1e-6)
    (copy,), (single,) = found.objects[1].light, found.objects[2].light
    assert copy.prefix == "PLANE_1-OBJECT_2_1-LIGHT_PROFILE_1"
    assert (copy.values["center_x"], copy.values["center_y"]) == pytest.approx((0.1, 2.0), abs=1e-6)
    assert copy.amplitude is not None
    np.testing.assert_allclose(copy.amplitude, single.amplitude)
    assert copy.amplitude[1] / copy.amplitude[0] == pytest.approx(10**0.4, rel=1e-5)
    (star,) = found.points
    assert (star.name, star.x.item(), star.y.item()) == ("STAR", 0.5, -1.0)
    np.testing.assert_allclose(star.flux[:, 0], [100.0, 100.0 * 10**0.4], rtol=1e-5)
