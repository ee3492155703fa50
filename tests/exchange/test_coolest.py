"""The dictionary of a file from templates, without the package coolest."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import jaxlens
from jaxlens.exchange.coolest import file_of
from jaxlens.exchange.coolest_template import Entity, Number, Pixels, Template, TemplateProfile
from jaxlens.exchange.errors import ExchangeError

SERSIC = {"I_eff": 2.0, "theta_eff": 0.5, "n": 1.5, "q": 0.8, "phi": 30.0, "center_x": 0.1, "center_y": 0.2}
SIE = {"theta_E": 1.0, "q": 0.7, "phi": 10.0, "center_x": 0.0, "center_y": 0.0}
IMAGE = Pixels(np.zeros((8, 8)), (-0.8, 0.8), (-0.8, 0.8))


def profile(kind: str, values: dict[str, float]) -> TemplateProfile:
    return TemplateProfile(kind, {name: Number(value) for name, value in values.items()})


def template(band: str, **changes: Any) -> Template:
    """A lens and its source in a band."""
    light = profile("Sersic", SERSIC)
    lens = Entity("LENS", 0.4, (profile("SIE", SIE),), (light,))
    shear = Entity(
        "SHEAR", 0.4, (profile("ExternalShear", {"gamma_ext": 0.1, "phi_ext": 45.0}),), is_field=True
    )
    source = Entity("LENS", 1.2, light=(light,))
    values = {
        "psf": 2.0,
        "noise": "DrizzledNoise",
        "noise_values": {"background_rms": 0.1, "wht_map": Pixels(np.full((8, 8), 90.0), IMAGE.x, IMAGE.y)},
        "mag_zero_point": 25.0,
        "image": IMAGE,
        "cosmology": {"H0": 70.0, "Om0": 0.3},
    }
    return Template((lens, shear, source), band, 0.2, **values | changes)


def test_what_bands_share_is_written_once() -> None:
    first = template("g")
    brighter = profile("Sersic", {**SERSIC, "I_eff": 4.0})
    second = replace(
        template("r", psf=3.0), entities=(*first.entities[:2], replace(first.entities[2], light=(brighter,)))
    )
    remarks: list[str] = []
    file = file_of([first, second], "pair", None, remarks)
    assert remarks == []
    assert list(file["SPECIES"]) == ["GALAXY_1", "GALAXY_2", "GALAXY_3"]
    assert [one["NAME"] for one in file["SPECIES"].values()] == ["LENS", "SHEAR", "LENS 2"]
    light = file["SPECIES"]["GALAXY_3"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    assert light["magnitude"]["g"] - light["magnitude"]["r"] == pytest.approx(2.5 * np.log10(2.0))
    assert light["R_sersic"] == 0.5
    assert file["SURVEY"]["PARAMETERS"]["seeing"] == {"g": 0.4, "r": pytest.approx(0.6)}
    image = file["IMAGE"]["PARAMETERS"]
    assert (image["exposure_time"], image["background_noise"], image["transform_xx"]) == (90.0, 0.1, -0.2)
    config = jaxlens.load_config(file)
    assert config.warnings == ()
    assert [plane.label for plane in config.configurations[0].planes] == ["PLANE_1", "PLANE_2"]


def test_what_bands_may_not_have_is_refused() -> None:
    heavier = (
        Entity("LENS", 0.4, (profile("SIE", {**SIE, "theta_E": 1.1}),), template("g").entities[0].light),
    )
    second = replace(template("r"), entities=heavier + template("g").entities[1:])
    with pytest.raises(ExchangeError, match="LENS, SIE: theta_E differs between bands"):
        file_of([template("g"), second], "pair", None, [])
    with pytest.raises(ExchangeError, match="give one template for each"):
        file_of([template("g"), template("g")], "pair", None, [])
    with pytest.raises(ExchangeError, match="other entities"):
        file_of([template("g"), replace(template("r"), entities=heavier)], "pair", None, [])


def test_maps_are_taken_for_their_median() -> None:
    sigma = Pixels(np.linspace(0.1, 0.3, 64).reshape(8, 8), IMAGE.x, IMAGE.y)
    remarks: list[str] = []
    own = template("g", noise="NoiseMap", noise_values={"noise_map": sigma}, exposure_time=60.0)
    image = file_of([own], "one", "east", remarks)["IMAGE"]["PARAMETERS"]
    assert image["background_noise"] == pytest.approx(0.2)
    assert image["pixel_scale"] == 0.2
    assert remarks == ["noise_map is from 0.1 to 0.3; background_noise is its median, 0.2, in all pixels"]


def test_the_extra_is_named_where_coolest_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "coolest", None)
    with pytest.raises(ImportError, match=r"pip install 'jaxlens-sim\[coolest\]'"):
        jaxlens.from_coolest(tmp_path / "lens.json")


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="values is 'best'; give one of point, prior, posterior"):
        jaxlens.from_coolest("lens.json", values="best")
    with pytest.raises(ValueError, match="columns is 'up'"):
        jaxlens.from_coolest("lens.json", columns="up")
    with pytest.raises(ValueError, match="there is no path"):
        jaxlens.from_coolest([])
