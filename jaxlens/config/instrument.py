"""The sections COSMOLOGY, IMAGE and SURVEY."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from jaxlens.config.errors import Report, shown
from jaxlens.config.model import Instrument, Quantity
from jaxlens.config.quantities import (
    ANY_BY_BAND,
    NOT_NEGATIVE,
    NOT_NEGATIVE_BY_BAND,
    POSITIVE,
    POSITIVE_BY_BAND,
    Rule,
    quantity,
)
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section, word

COSMOLOGY: Mapping[str, Rule] = {
    "H0": POSITIVE,
    "Om0": NOT_NEGATIVE,
    "Tcmb0": NOT_NEGATIVE,
    "Neff": NOT_NEGATIVE,
    "m_nu": NOT_NEGATIVE,
    "Ob0": NOT_NEGATIVE,
}
IMAGE: Mapping[str, Rule] = {
    "exposure_time": POSITIVE_BY_BAND,
    "pixel_scale": POSITIVE,
    "read_noise": NOT_NEGATIVE_BY_BAND,
    "ccd_gain": POSITIVE_BY_BAND,
    "background_noise": NOT_NEGATIVE_BY_BAND,
}
SURVEY: Mapping[str, Rule] = {
    "seeing": POSITIVE_BY_BAND,
    "magnitude_zero_point": ANY_BY_BAND,
    "sky_brightness": ANY_BY_BAND,
    "num_exposures": POSITIVE_BY_BAND,
}
FIXED = (
    "numPix",
    "psf_type",
    "supersampling_factor",
    "data_count_unit",
    "point_source",
    "shot_noise",
)
_BANDS_RIGHT = "give the names of the bands, as g,r,i"


def read_cosmology(root: Section) -> tuple[tuple[str, Quantity], ...]:
    """The parameters of a flat universe by astropy's names: H0 (km/s/Mpc), Om0 and those that are given."""
    with root.sub("COSMOLOGY") as section:
        section.has("NAME")
        with section.sub("PARAMETERS") as parameters:
            return _quantities(parameters, COSMOLOGY, {"H0", "Om0"})


def read_bands(root: Section) -> tuple[str, ...]:
    """The names in SURVEY.PARAMETERS.BANDS, or () where that is wrong.

    It looks ahead, and leaves every complaint but those about BANDS to `read_instrument`.
    """
    node = root.node
    for key in ("SURVEY", "PARAMETERS", "BANDS"):
        node = node and node.entries.get(key)
    return () if node is None else _bands(node, root.report)


def _bands(node: Node, report: Report) -> tuple[str, ...]:
    """Bands as one text with commas or as a list."""
    if isinstance(node.value, tuple):
        names = [word(item, report, "give the name of a band") for item in node.value]
        if not names:
            report.problem(node.place, f"is an empty list; {_BANDS_RIGHT}")
    else:
        text = word(node, report, _BANDS_RIGHT)
        names = [name.strip() for name in text.split(",")]
        if text and "" in names:
            report.problem(node.place, f"{shown(text)} has a band without a name; {_BANDS_RIGHT}")
    for name in dict.fromkeys(name for name in names if names.count(name) > 1 and name):
        report.problem(node.place, f"has the band {name} {names.count(name)} times; name each band once")
    return tuple(dict.fromkeys(name for name in names if name))


def read_instrument(root: Section) -> Instrument:
    """IMAGE and SURVEY together: what the one needs depends on the other."""
    with (
        root.sub("IMAGE") as image,
        root.sub("SURVEY") as survey,
        image.sub("PARAMETERS", elsewhere=_homes("SURVEY", *SURVEY, "BANDS")) as here,
        survey.sub("PARAMETERS", elsewhere=_homes("IMAGE", *IMAGE, *FIXED)) as there,
    ):
        image.has("NAME")
        survey.has("NAME")
        there.need("BANDS", _BANDS_RIGHT)
        psf_type = _psf_type(here)
        unit = here.choice("data_count_unit", ("e-", "ADU"), default="e-")
        needed = _needed(psf_type, unit, here.has("background_noise"))
        quantities = _quantities(here, IMAGE, needed) + _quantities(there, SURVEY, needed, num_exposures=1.0)
        point_source = here.choice("point_source", ("interpolated", "exact"), default="interpolated")
        shot_noise = here.choice("shot_noise", ("gaussian", "poisson"), default="gaussian")
        return Instrument(
            bands=root.report.bands,
            num_pix=here.integer("numPix", 1),
            psf_type=cast(Literal["GAUSSIAN", "NONE"], psf_type),
            supersampling_factor=here.integer("supersampling_factor", 1, default=1),
            data_count_unit=cast(Literal["e-", "ADU"], unit),
            point_source=cast(Literal["interpolated", "exact"], point_source),
            shot_noise=cast(Literal["gaussian", "poisson"], shot_noise),
            quantities=quantities,
        )


def _homes(section: str, *keys: str) -> dict[str, str]:
    return dict.fromkeys(keys, f"{section}.PARAMETERS")


def _needed(psf_type: str, unit: str, background_noise: bool) -> set[str]:
    """The numbers that the noise and the PSF cannot do without."""
    needed = {"exposure_time", "pixel_scale", "magnitude_zero_point"}
    if psf_type != "NONE":
        needed.add("seeing")
    if unit == "ADU":
        needed.add("ccd_gain")
    return needed if background_noise else needed | {"read_noise", "sky_brightness"}


def _quantities(
    section: Section, rules: Mapping[str, Rule], needed: set[str], **defaults: float
) -> tuple[tuple[str, Quantity], ...]:
    """The quantities of a section that are given, needed or have a default, in the order of `rules`."""
    return tuple(
        (key, quantity(section, key, rule, defaults.get(key)))
        for key, rule in rules.items()
        if section.has(key) or key in needed or key in defaults
    )


def _psf_type(section: Section) -> str:
    """GAUSSIAN or NONE; lenstronomy's others are known, but not drawn yet."""
    node = section.take("psf_type")
    if node is not None and node.text in ("PIXEL", "MOFFAT"):
        section.report.problem(node.place, f"{node.text} is not supported yet; use GAUSSIAN or NONE")
        return ""
    return section.choice("psf_type", ("GAUSSIAN", "NONE"), noun="a PSF")
