"""The units of the columns of metadata, for the formats that name them, as astropy and FITS write units."""

from __future__ import annotations

from types import MappingProxyType

from jaxlens.config.model.catalog import is_catalog_column

# The last word of a name -> the unit.  A number without a unit, or one whose unit depends on the file (`sep`,
# `read_noise`), is not here.
_UNITS = MappingProxyType(
    {
        **dict.fromkeys(("theta_E", "s_scale", "sigma", "R_sersic", "Rb", "center_x", "center_y"), "arcsec"),
        **dict.fromkeys(("ra", "dec", "ra_0", "dec_0", "ra_image", "dec_image"), "arcsec"),
        **dict.fromkeys(("seeing", "pixel_scale", "x_shift", "y_shift"), "arcsec"),
        **dict.fromkeys(("transform_xx", "transform_xy", "transform_yx", "transform_yy"), "arcsec/pixel"),
        **dict.fromkeys(("magnitude", "magnitude_measured", "magnitude_zero_point", "ABSMAG"), "mag"),
        **dict.fromkeys(("M_I", "EBV", "EBV_MW", "m5"), "mag"),
        **dict.fromkeys(("angle", "psi_ext", "phi"), "rad"),
        **dict.fromkeys(("mjd", "day", "nite", "PEAK", "time_delay", "tdshift"), "d"),
        "sky_brightness": "mag/arcsec2",
        "exposure_time": "s",
        "sigma_v": "km/s",
        **dict.fromkeys(("Rs", "alpha_Rs", "r_core", "r_trunc"), "arcsec"),
        **dict.fromkeys(("M", "M200"), "solMass"),
        # numbers of haloes and their labels
        **dict.fromkeys(("M_min", "M_max", "M_pivot", "M_host", "half_mode_mass"), "solMass"),
        **dict.fromkeys(("mass_within_theta_E", "largest_mass_near_image"), "solMass"),
        **dict.fromkeys(("radius", "f_sub_radius", "cone_radius"), "arcsec"),
        **dict.fromkeys(("core_radius", "truncation_norm"), "kpc"),
        "Sigma_sub": "kpc-2",
        "H0": "km/s/Mpc",
        # of a catalogue
        **dict.fromkeys(("ra_sky", "dec_sky"), "deg"),
    }
)


def unit_of(name: str) -> str:
    """The unit of a value of the metadata, "" where it has none or it is not known.

    >>> [unit_of(name) for name in ("PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E", "time_delay_3", "e1")]
    ['arcsec', 'd', '']
    """
    word = name.rpartition("-")[2]
    if is_catalog_column(name) and word != name:
        # what a kept column is, only its catalogue knows
        return ""
    # the images of a point source are numbered, and magnitudes that differ by image end so
    return _UNITS.get(
        word.rstrip("0123456789").removesuffix("_").removesuffix("_shift"), _UNITS.get(word, "")
    )
