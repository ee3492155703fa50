"""Short labels of parameters for axes, with the field's symbols and units."""

from __future__ import annotations

import re
from collections.abc import Sequence

# The symbol and the unit of the last part of a parameter's name.
_SYMBOLS = {
    "theta_E": (r"$\theta_\mathrm{E}$", "arcsec"),
    "gamma": (r"$\gamma$", ""),
    "gamma1": (r"$\gamma_1$", ""),
    "gamma2": (r"$\gamma_2$", ""),
    "gamma_ext": (r"$\gamma_\mathrm{ext}$", ""),
    "psi_ext": (r"$\psi_\mathrm{ext}$", "rad"),
    "kappa": (r"$\kappa$", ""),
    "e1": ("$e_1$", ""),
    "e2": ("$e_2$", ""),
    "q": ("$q$", ""),
    "phi": (r"$\phi$", "rad"),
    "sigma_v": (r"$\sigma_v$", "km/s"),
    "R_sersic": (r"$R_\mathrm{sersic}$", "arcsec"),
    "n_sersic": (r"$n_\mathrm{sersic}$", ""),
    "center_x": ("$x$", "arcsec"),
    "center_y": ("$y$", "arcsec"),
    "ra_0": ("$x_0$", "arcsec"),
    "dec_0": ("$y_0$", "arcsec"),
    "magnitude": ("$m$", "mag"),
    "seeing": ("seeing", "arcsec"),
    "Rs": (r"$R_\mathrm{s}$", "arcsec"),
    "alpha_Rs": (r"$\alpha_{R_\mathrm{s}}$", "arcsec"),
    "H0": ("$H_0$", "km/s/Mpc"),
    "Om0": (r"$\Omega_\mathrm{m}$", ""),
    "REDSHIFT": ("$z$", ""),
}
# A part of a name in words: what it is, and its number.
_PART = re.compile(r"(PLANE|OBJECT|LIGHT_PROFILE|MASS_PROFILE|SHEAR_PROFILE)_(\d+(?:_\d+)?)")
_WORDS = {
    "PLANE": "plane",
    "OBJECT": "object",
    "LIGHT_PROFILE": "light",
    "MASS_PROFILE": "mass",
    "SHEAR_PROFILE": "shear",
}


def axis_labels(names: Sequence[str], bands: Sequence[str] = ()) -> list[str]:
    r"""Labels for axes: the symbol of each parameter, what tells it from others, and its unit.

    Only those parts of a name stand in its label in which names with the same symbol differ.

    Args:
        names: names of parameters, with `-<band>` where each band has its own value.
        bands: the names of the bands.

    >>> axis_labels(["PLANE_1-OBJECT_1-SHEAR_PROFILE_1-gamma1", "H0"])
    ['$\\gamma_1$', '$H_0$ (km/s/Mpc)']
    """
    split = [_split(name, bands) for name in names]
    labels = []
    for parts, last, band in split:
        alike = [own for own, other, its in split if (other, its) == (last, band)]
        symbol, unit = _SYMBOLS.get(last, (last, ""))
        own = [part for part in parts if not all(part in other for other in alike)]
        words = [_words(part) for part in own] + ([band] if band else [])
        labels.append("\n".join(filter(None, [f"{symbol} ({unit})" if unit else symbol, ", ".join(words)])))
    return labels


def _split(name: str, bands: Sequence[str]) -> tuple[list[str], str, str]:
    """The parts in front of a parameter's own name, that name, and its band."""
    parts = name.split("-")
    band = parts.pop() if len(parts) > 1 and parts[-1] in bands else ""
    return parts[:-1], parts[-1], band


def _words(part: str) -> str:
    found = _PART.fullmatch(part)
    return f"{_WORDS[found[1]]} {found[2]}" if found else part
