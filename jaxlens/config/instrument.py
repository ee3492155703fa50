"""The sections COSMOLOGY, IMAGE and SURVEY: which keys they have, and reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from typing import Literal, cast

import jax.numpy as jnp
import numpy as np

from jaxlens.config.errors import Report, one_of, shown, spelled_alike
from jaxlens.config.meanings import meanings
from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE, Instrument, Quantity
from jaxlens.config.pixel_maps import RULES, check_pixel_map, pixel_names
from jaxlens.config.psf import PSF_TYPES, check_points, read_kernel, read_numerics
from jaxlens.config.quantities import (
    ANY,
    ANY_BY_BAND,
    NOT_NEGATIVE,
    NOT_NEGATIVE_BY_BAND,
    POSITIVE,
    POSITIVE_BY_BAND,
    Rule,
    quantity,
)
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import is_nothing
from jaxlens.config.values import finite, word
from jaxlens.kernels.cosmology import expansion_rate

# The numeric keys of COSMOLOGY, under astropy's names: H0 in km/s/Mpc, Tcmb0 in K, m_nu in eV.
COSMOLOGY: Mapping[str, Rule] = {
    "H0": POSITIVE,
    "Om0": NOT_NEGATIVE,
    "Ode0": ANY,
    "w0": ANY,
    "wa": ANY,
    "Tcmb0": NOT_NEGATIVE,
    "Neff": NOT_NEGATIVE,
    "m_nu": NOT_NEGATIVE,
    "Ob0": NOT_NEGATIVE,
}
# The parameters of astropy's cosmologies besides those that all of them have, and whether they are required.
COSMOLOGIES: Mapping[str, Mapping[str, bool]] = {
    "FlatLambdaCDM": {},
    "LambdaCDM": {"Ode0": True},
    "FlatwCDM": {"w0": False},
    "w0waCDM": {"Ode0": True, "w0": False, "wa": False},
}
# The cosmology of a file without NAME.
_DEFAULT_COSMOLOGY = "FlatLambdaCDM"
# The numeric keys of IMAGE that may be drawn, with their legal values.
IMAGE: Mapping[str, Rule] = {
    "exposure_time": POSITIVE_BY_BAND,
    "pixel_scale": POSITIVE,
    **RULES,
    "read_noise": NOT_NEGATIVE_BY_BAND,
    "ccd_gain": POSITIVE_BY_BAND,
    "background_noise": NOT_NEGATIVE_BY_BAND,
    "moffat_beta": Rule(low=1.0, open=True, by_band=True),
}
# The numeric keys of SURVEY that may be drawn, with their legal values.
SURVEY: Mapping[str, Rule] = {
    "seeing": POSITIVE_BY_BAND,
    "magnitude_zero_point": ANY_BY_BAND,
    "sky_brightness": ANY_BY_BAND,
    "num_exposures": POSITIVE_BY_BAND,
}
# The keys of IMAGE that are the same for all systems.
FIXED = (
    "numPix",
    "psf_type",
    "supersampling_factor",
    "data_count_unit",
    "point_source",
    "shot_noise",
    "kernel_point_source",
    "kernel_supersampling_factor",
    "supersampling_convolution",
    "supersampling_kernel_size",
    "convolution_kernel_size",
    "point_source_supersampling_factor",
    "compute_mode",
    "halo_tolerance",
)
# The largest number of bands; a survey of narrow bands has about 60.
MAX_BANDS = 1000
# The largest redshift at which H(z)^2 is checked to be positive.
MAX_REDSHIFT = 20.0
_BANDS_ADVICE = "give the names of the bands, as g,r,i"


def read_cosmology(root: Section) -> tuple[tuple[str, Quantity], ...]:
    """The parameters of COSMOLOGY under astropy's names: H0 (km/s/Mpc), Om0 and others that the file gives.

    NAME is the name of a cosmology of astropy, which determines the parameters; only cosmologies that are not
    flat have Ode0.
    """
    with root.sub("COSMOLOGY") as section:
        name = _cosmology_name(section)
        own = COSMOLOGIES.get(name, dict.fromkeys(("Ode0", "w0", "wa"), False))
        with section.sub("PARAMETERS") as parameters:
            foreign = _foreign(parameters, name, own)
            rules = {key: rule for key, rule in COSMOLOGY.items() if key not in foreign}
            given = _quantities(parameters, rules, {"H0", "Om0", *(key for key in own if own[key])})
            _check_universe(parameters, given)
            return given


def _cosmology_name(section: Section) -> str:
    """NAME where it is a cosmology of astropy; "", and a problem, where it contains CDM but is not one.

    Any other text means FlatLambdaCDM, because deeplenstronomy ignores NAME.
    """
    node = section.take("NAME")
    if node is None:
        return _DEFAULT_COSMOLOGY
    name = word(node, section.report, one_of(COSMOLOGIES))
    if not name or name in COSMOLOGIES:
        return name
    if "cdm" in name.lower():
        advice = _cosmology_advice(name, section)
        section.report.problem(node.place, f"{shown(name)} is not a cosmology; {advice}")
        return ""
    finding = f"{shown(name)} is taken for a mere name, of a {_DEFAULT_COSMOLOGY} with these PARAMETERS"
    section.report.remark(node.place, f"{finding}; for another universe {one_of(COSMOLOGIES)}")
    return _DEFAULT_COSMOLOGY


def _cosmology_advice(name: str, section: Section) -> str:
    """Advice on a NAME that is no cosmology: of those that it may mean, one with the file's PARAMETERS."""
    parameters = section.node.entries.get("PARAMETERS") if section.node else None
    given = parameters.entries if parameters else {}
    special = given.keys() & {key for own in COSMOLOGIES.values() for key in own}
    lacking = {
        one: [key for key, needed in own.items() if needed and key not in given]
        for one, own in COSMOLOGIES.items()
        if special <= own.keys()
    }
    meant = [*meanings(name, COSMOLOGIES), *spelled_alike(name, COSMOLOGIES)]
    fitting = [one for one in COSMOLOGIES if special and lacking.get(one) == []]
    ready = [one for one in (*meant, *fitting) if lacking.get(one) == []]
    found = ready or [one for one in meant if one in lacking]
    if not found:
        return one_of(COSMOLOGIES)
    # only Ode0 is ever required
    more = ", which needs Ode0 (1 - Om0 where it is flat)" if lacking[found[0]] else ""
    return f"did you mean {found[0]}{more}?"


def _check_universe(parameters: Section, given: tuple[tuple[str, Quantity], ...]) -> None:
    """Report constant parameters with H(z)^2 < 0 at some z, as with much dark energy and little matter."""
    values = {key: np.float64(one.support()[0]) for key, one in given if key != "Ob0"}
    if parameters.node is None or "Ode0" not in values or not all(one.is_constant for _, one in given):
        return
    z = np.linspace(0.0, MAX_REDSHIFT, 200)
    with np.errstate(over="ignore"):
        rate = expansion_rate(jnp.asarray(z), **values)
    bounced = np.isnan(rate) & np.isfinite(sum(values.values()))
    if np.any(bounced):
        finding = f"give a universe without redshift {z[np.argmax(bounced)]:.2g}, as H(z)^2 is below 0 there"
        # one of these that tables set makes another universe
        others = (one.path for key, one in given if key not in ("H0", "Ob0"))
        with parameters.report.about(*others):
            parameters.report.problem(parameters.node.place, f"{finding}; choose another Ode0, w0 or wa")


def _foreign(parameters: Section, name: str, own: Mapping[str, bool]) -> set[str]:
    """The parameters that only other cosmologies have; each one that the file gives is a problem."""
    foreign = {key for keys in COSMOLOGIES.values() for key in keys} - own.keys()
    for key, node in (parameters.node.entries if parameters.node else {}).items():
        if key in foreign and parameters.has(key):
            where = " or ".join(one for one, keys in COSMOLOGIES.items() if key in keys)
            parameters.report.problem(node.place, f"is no parameter of {name}; set COSMOLOGY.NAME to {where}")
    return foreign


def read_bands(root: Section) -> tuple[str, ...]:
    """The names in SURVEY.PARAMETERS.BANDS; empty where there are none.

    The bands are needed before the sections are read.  Only problems of BANDS itself are reported here;
    `read_instrument` reports those of the other keys.
    """
    node = root.node
    for key in ("SURVEY", "PARAMETERS", "BANDS"):
        node = node and node.entries.get(key)
    return () if node is None or is_nothing(node) else _bands(node, root.report)


def _bands(node: Node, report: Report) -> tuple[str, ...]:
    """The names of the bands, which a node gives as a text with commas or as a list."""
    if isinstance(node.value, tuple):
        names = [word(item, report, "give the name of a band") for item in node.value]
        if not names:
            report.problem(node.place, f"is an empty list; {_BANDS_ADVICE}")
    else:
        text = word(node, report, _BANDS_ADVICE)
        names = [name.strip() for name in text.split(",")]
        if text and "" in names:
            report.problem(node.place, f"{shown(text)} has a band without a name; {_BANDS_ADVICE}")
    for name in (name for name in names if len(name.split()) > 1):
        finding = f"{shown(name)} is one band with blanks in its name, or several without commas"
        report.problem(node.place, f"{finding}; write {','.join(name.split())} or {''.join(name.split())}")
    for name, count in Counter(filter(None, names)).items():
        if count > 1:
            report.problem(node.place, f"has the band {name} {count} times; name each band once")
    if len(names) > MAX_BANDS:
        report.problem(node.place, f"has {len(names)} bands; give at most {MAX_BANDS}")
        return ()
    return tuple(dict.fromkeys(name for name in names if name))


def read_instrument(root: Section) -> Instrument:
    """Read IMAGE and SURVEY together, to report keys of one that the file has in the other."""
    with (
        root.sub("IMAGE") as image,
        root.sub("SURVEY") as survey,
        image.sub("PARAMETERS", elsewhere=_homes("SURVEY", *SURVEY, "BANDS", "passbands")) as here,
        survey.sub("PARAMETERS", elsewhere=_homes("IMAGE", *IMAGE, *FIXED)) as there,
    ):
        image.has("NAME")
        survey.has("NAME")
        there.need("BANDS", _BANDS_ADVICE)
        # `read_passbands` reads it where a model integrates spectra
        there.has("passbands")
        psf_type = here.choice("psf_type", PSF_TYPES, noun="a PSF")
        supersampling = here.integer("supersampling_factor", 1, default=1)
        kernel = read_kernel(here) if psf_type == "PIXEL" else None
        unit = here.choice("data_count_unit", ("e-", "ADU"), default="e-")
        pixels = pixel_names(here)
        needed = pixels | _needed(psf_type, unit, here.has("background_noise"))
        own = {name: rule for name, rule in IMAGE.items() if name in pixels or name != PIXEL_SCALE}
        quantities = _quantities(here, own, needed) + _quantities(there, SURVEY, needed, num_exposures=1.0)
        check_pixel_map(here, quantities)
        point_source = here.choice("point_source", ("interpolated", "exact"), default="interpolated")
        check_points(here, point_source, psf_type)
        none = ", which may mean no shot noise or no entry, and that is gaussian"
        shot_noise = here.choice("shot_noise", ("gaussian", "poisson"), default="gaussian", none=none)
        return Instrument(
            bands=root.report.bands,
            num_pix=here.integer("numPix", 1),
            psf_type=cast(Literal["GAUSSIAN", "MOFFAT", "PIXEL", "NONE"], psf_type),
            supersampling_factor=supersampling,
            data_count_unit=cast(Literal["e-", "ADU"], unit),
            point_source=cast(Literal["interpolated", "exact"], point_source),
            shot_noise=cast(Literal["gaussian", "poisson"], shot_noise),
            quantities=quantities,
            numerics=read_numerics(here, psf_type, supersampling, kernel),
            kernel=kernel,
            halo_tolerance=_halo_tolerance(here),
        )


def _halo_tolerance(section: Section) -> float:
    """`halo_tolerance`; its default where it is missing or, with a problem, illegal."""
    node = section.take("halo_tolerance")
    if node is None:
        return Instrument.halo_tolerance
    advice = "give a fraction of the Einstein radius below 1, as 1.0e-4, or 0 for exact deflections"
    value = finite(node, section.report, advice)
    if value is not None and not 0.0 <= value < 1.0:
        section.report.problem(node.place, f"is {value:g}; {advice}")
    return value if value is not None and 0.0 <= value < 1.0 else Instrument.halo_tolerance


def _homes(section: str, *keys: str) -> dict[str, str]:
    """The section to which keys belong, by key."""
    return dict.fromkeys(keys, f"{section}.PARAMETERS")


def _needed(psf_type: str, unit: str, background_noise: bool) -> set[str]:
    """The numeric keys that the PSF and the noise require, besides those of the pixels."""
    needed = {"exposure_time", "magnitude_zero_point"}
    if psf_type not in ("PIXEL", "NONE"):
        needed.add("seeing")
    if psf_type == "MOFFAT":
        needed.add("moffat_beta")
    if unit == "ADU":
        needed.add("ccd_gain")
    return needed if background_noise else needed | {"read_noise", "sky_brightness"}


def unused_names(instrument: Instrument) -> set[str]:
    """The numbers of IMAGE and SURVEY that the PSF and the noise do not use, such as `seeing` under PIXEL."""
    background = "background_noise" in dict(instrument.quantities)
    needed = _needed(instrument.psf_type, instrument.data_count_unit, background)
    return {*IMAGE, *SURVEY} - needed - {PIXEL_SCALE, *PIXEL_MAP, "num_exposures", "background_noise"}


def _quantities(
    section: Section, rules: Mapping[str, Rule], needed: Set[str], **defaults: float
) -> tuple[tuple[str, Quantity], ...]:
    """The quantities of a section that are given, are required or have a default, in the order of `rules`."""
    return tuple(
        (key, quantity(section, key, rule, defaults.get(key)))
        for key, rule in rules.items()
        if section.has(key) or key in needed or key in defaults
    )
