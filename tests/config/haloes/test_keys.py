"""The keys of SUBSTRUCTURE and LINE_OF_SIGHT in the metadata, and changing them by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.config import load_config
from jaxlens.config.haloes.keys import halo_texts
from jaxlens.config.updates import config_dict, set_parameters
from jaxlens.files.metadata import fixed

Document = Callable[..., dict[str, Any]]
SUBHALOES = {"PROFILE": "NFW", "PARAMETERS": {"Sigma_sub": 0.0, "radius": 2.0}}
SIGHT = {"PROFILE": "POINT_MASS", "TWO_HALO": False, "PARAMETERS": {"normalization": 0.0}}
PREFIX = "PLANE_1-OBJECT_1-SUBSTRUCTURE"


def test_the_metadata_say_what_haloes_are(with_haloes: Document) -> None:
    config = load_config(with_haloes(SUBHALOES, SIGHT))
    expected = {
        f"{PREFIX}-PROFILE": "NFW",
        f"{PREFIX}-CONCENTRATION": "diemer_joyce",
        f"{PREFIX}-MASS_DEFINITION": "200c",
        f"{PREFIX}-POSITIONS": "uniform",
        "LINE_OF_SIGHT-PROFILE": "POINT_MASS",
        "LINE_OF_SIGHT-TWO_HALO": "false",
        "LINE_OF_SIGHT-SHEETS": "true",
    }
    assert halo_texts(config.configurations[0]) == expected
    assert halo_texts(config.configurations[1]) == {}
    assert fixed(config.configurations[0], config.instrument).items() >= expected.items()


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        (f"{PREFIX}-POSITIONS", "cored_nfw", ("SPECIES", "GALAXY_1", "SUBSTRUCTURE", "POSITIONS")),
        ("LINE_OF_SIGHT-dz", 0.05, ("LINE_OF_SIGHT", "dz")),
        ("halo_tolerance", 1e-3, ("IMAGE", "PARAMETERS", "halo_tolerance")),
    ],
)
def test_a_key_is_changed_by_its_name(
    name: str, value: object, path: tuple[str, ...], with_haloes: Document
) -> None:
    config = load_config(with_haloes(SUBHALOES, SIGHT))
    tree = config_dict(config)
    set_parameters(tree, config, "CONFIGURATION_1", {name: value})
    inner: Any = tree
    for key in path:
        inner = inner[key]
    assert inner == value
    assert load_config(tree)
