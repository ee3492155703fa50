"""The section COSMOLOGY from a cosmology of astropy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.from_lenstronomy_arguments import Image

# astropy's cosmologies that a file can have, and their parameters besides those that all have.
COSMOLOGIES: Mapping[str, tuple[str, ...]] = {
    "FlatLambdaCDM": (),
    "FlatwCDM": ("w0",),
    "LambdaCDM": ("Ode0",),
    "w0waCDM": ("Ode0", "w0", "wa"),
}


def cosmology_section(image: Image, needed: bool) -> dict[str, Any]:
    """COSMOLOGY.

    Args:
        image: the arguments of a band.
        needed: whether the image depends on it.

    Raises:
        ExchangeError: for a cosmology that jaxlens has not.
    """
    from astropy.cosmology import default_cosmology

    cosmology = image.model.get("cosmo") or default_cosmology.get()
    kind = next((one.__name__ for one in type(cosmology).__mro__ if one.__name__ in COSMOLOGIES), None)
    if kind is None:
        raise ExchangeError(f"cosmo is a {type(cosmology).__name__}; give one of {', '.join(COSMOLOGIES)}")
    masses = cosmology.m_nu.to_value("eV").tolist() if cosmology.has_massive_nu else []
    if needed and len(set(masses)) > 1:
        raise ExchangeError(
            f"cosmo has neutrinos of the masses {', '.join(f'{one:g}' for one in masses)} eV, and jaxlens's "
            "have "
            "one mass, so that distances differ by 1e-6; give a cosmology with one, as "
            "FlatLambdaCDM(H0=70, Om0=0.3)"
        )
    names = ("H0", "Om0", "Tcmb0", "Neff", *COSMOLOGIES[kind])
    found = {name: getattr(cosmology, name) for name in names}
    values = {name: float(getattr(value, "value", value)) for name, value in found.items()}
    if masses:
        values["m_nu"] = float(sum(masses) / len(masses))
    return {"NAME": kind, "PARAMETERS": values}
