"""The keys of SUBSTRUCTURE and LINE_OF_SIGHT; numbers and their legal values are those of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from jaxlens.config.haloes.parameters import (
    LINE_OF_SIGHT,
    NORMALIZATIONS,
    SUBSTRUCTURE,
    TWO_HALO,
    HaloNumber,
)
from jaxlens.config.haloes.reading import (
    CONCENTRATION,
    CONCENTRATIONS,
    DEFAULT_DZ,
    DZ,
    FILENAME,
    MASS_DEFINITION,
    MAX_HALOES,
    POSITIONS,
    PROFILE,
    PROFILES,
    SHEETS,
)
from jaxlens.config.model.haloes import Positions
from jaxlens.config.schema.entries import Entries, Entry, choice, mapping
from jaxlens.kernels.halos import MASS_DEFINITIONS

# (unit, text) of each number.
_TEXTS: Mapping[str, tuple[str, str]] = {
    "f_sub": (
        "",
        "The mean fraction of the galaxy's projected mass within f_sub_radius that is in subhaloes.",
    ),
    "f_sub_radius": ("arcsec", "The radius within which f_sub is that fraction."),
    "Sigma_sub": (
        "kpc^-2",
        "The amplitude of the mass function of subhaloes, in place of f_sub, as in pyHalo.",
    ),
    "M_host": ("solar masses", "The mass of the halo of the lens."),
    "slope": ("", "The slope of the mass function: dN/dM is M to this power."),
    "M_pivot": ("solar masses", "The mass at which Sigma_sub counts."),
    "M_min": ("solar masses", "The smallest mass of a halo."),
    "M_max": ("solar masses", "The largest mass of a halo."),
    "half_mode_mass": ("solar masses", "The half-mode mass of warm dark matter; 0 is cold dark matter."),
    "turnover_a": ("", "The factor of the half-mode mass in the turnover of the mass function."),
    "turnover_b": ("", "The inner exponent of the turnover of the mass function."),
    "turnover_c": ("", "The outer exponent of the turnover of the mass function."),
    "radius": ("arcsec", "The radius of the disc in which subhaloes are drawn."),
    "core_radius": ("kpc", "The radius of the core in which subhaloes are evenly spread."),
    "concentration_scatter": ("dex", "The scatter of concentrations at one mass."),
    "concentration_norm": ("", "The concentration at the pivot mass, of CONCENTRATION: power_law."),
    "concentration_slope": ("", "How concentrations change with mass, of CONCENTRATION: power_law."),
    "concentration_redshift_slope": (
        "",
        "How concentrations change with redshift, of CONCENTRATION: power_law.",
    ),
    "truncation_norm": ("", "The amplitude of the truncation radii of subhaloes."),
    "truncation_mass_slope": ("", "How truncation radii change with mass."),
    "truncation_radius_slope": (
        "",
        "How truncation radii change with the distance from the centre of the host.",
    ),
    "truncation_overdensity": ("", "The overdensity within the truncation radius of a halo in the field."),
    "normalization": ("", "The factor of the mass function of Sheth and Tormen."),
    "slope_change": ("", "The mass function is multiplied by (M / 1e8) to this power."),
    "cone_radius": (
        "arcsec",
        "The radius of the cone in which haloes are drawn; by default that of the image.",
    ),
    "cone_end": ("", "The radius of the cone at the last plane, over cone_radius."),
}


def _numbers(numbers: Mapping[str, HaloNumber]) -> Entries:
    return {
        key: Entry(
            "number",
            _TEXTS[key][1],
            _TEXTS[key][0],
            "" if one.default is None else f"{one.default:g}",
            rule=one.rule,
        )
        for key, one in numbers.items()
    }


_COMMON: Entries = {
    PROFILE: choice("The profile of a halo.", PROFILES, PROFILES[0]),
    CONCENTRATION: choice("The relation of mass and concentration.", CONCENTRATIONS, CONCENTRATIONS[0]),
    MASS_DEFINITION: choice("How masses are defined.", tuple(MASS_DEFINITIONS), "200c"),
    MAX_HALOES: Entry("integer", "For how many haloes there is room, in place of what is computed.", least=1),
    FILENAME: Entry("text", "A file of haloes that are not drawn: a table, HDF5, npz, or pyHalo's JSON."),
}
SUBSTRUCTURE_KEYS = mapping(
    "Dark haloes in the halo of the galaxy.",
    {
        **_COMMON,
        POSITIONS: choice("How subhaloes are spread.", get_args(Positions), "uniform"),
        "PARAMETERS": mapping(
            "How many subhaloes there are, and how massive.", _numbers({**NORMALIZATIONS, **SUBSTRUCTURE})
        ),
    },
)
LINE_OF_SIGHT_KEYS = mapping(
    "Dark haloes along the line of sight, of all configurations or of one.",
    {
        **_COMMON,
        DZ: Entry("constant", "The spacing in redshift of the planes of haloes.", default=f"{DEFAULT_DZ:g}"),
        TWO_HALO: Entry("switch", "Whether haloes cluster about the lens.", default="true"),
        SHEETS: Entry("switch", "Whether the mean convergence of the haloes is taken out.", default="true"),
        "PARAMETERS": mapping("How many haloes there are, and how massive.", _numbers(LINE_OF_SIGHT)),
    },
    or_text=True,
)
