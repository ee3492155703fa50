"""The solver of image positions follows from the masses in front of the source."""

from __future__ import annotations

from unittest.mock import sentinel

import pytest

from jaxlens.imaging.scene import Scene, ScenePlane
from jaxlens.imaging.scene_objects import Mass


def scene(*planes: tuple[str, ...], num_pix: int = 32) -> Scene:
    """A scene of which nothing but the mass profiles of its planes matters."""
    masses = [
        [Mass(f"P{k}-M{i}", name, ()) for i, name in enumerate(names)] for k, names in enumerate(planes)
    ]
    return Scene(
        bands=("g",),
        num_pix=num_pix,
        supersampling=1,
        optics=sentinel.optics,
        adu=False,
        background_given=True,
        poisson_shot_noise=False,
        planes=tuple(ScenePlane(f"z{k}", (), tuple(mass), ()) for k, mass in enumerate(masses)),
        stars=(),
        noise_sources=(),
        image_slots=6,
        backgrounds="",
        parameters=(),
    )


@pytest.mark.parametrize(
    ("planes", "prefix"),
    [
        ([("SIE",), ()], "P0-M0"),
        ([("SHEAR", "SIE", "CONVERGENCE"), ()], "P0-M1"),
        ([(), ("SIS", "SHEAR_GAMMA_PSI"), ()], "P1-M0"),
        ([("SIE", "SIS"), ()], None),
        ([("SIE",), ("SHEAR",), ()], None),
        ([("EPL", "SHEAR"), ()], "P0-M0"),
        ([("NIE", "SHEAR"), ()], None),
        ([("SHEAR",), ()], None),
        ([(), ()], None),
    ],
)
def test_one_power_law_among_linear_deflections_is_told_apart(planes, prefix):
    of_planes = scene(*planes)
    lens = of_planes.power_law_in_front(len(planes) - 1)
    assert (lens and lens.prefix) == prefix


def test_only_masses_in_front_of_a_plane_count():
    of_planes = scene(("SIE",), ("SIE",), ())
    lens = of_planes.power_law_in_front(1)
    assert lens is not None
    assert lens.prefix == "P0-M0"
    assert of_planes.power_law_in_front(2) is None


def test_several_deflectors_are_searched_more_finely():
    one, two = scene(("EPL", "SHEAR"), ()), scene(("EPL",), ("SHEAR", "SIS"), ())
    assert (one.solver_row, one.solver_cells) == (8, 32)
    assert (two.solver_row, two.solver_cells) == (10, 64)
