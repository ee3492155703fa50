"""Hints by meaning: every name that is suggested is legal where it is suggested."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from jaxlens.config import Config, ConfigError, meanings
from jaxlens.config.errors import nearest
from jaxlens.config.haloes.parameters import LINE_OF_SIGHT, NORMALIZATIONS, SUBSTRUCTURE
from jaxlens.config.haloes.reading import CONCENTRATIONS
from jaxlens.config.instrument import COSMOLOGIES, COSMOLOGY, FIXED, IMAGE, SURVEY
from jaxlens.config.joints import MODES
from jaxlens.config.model.haloes import Positions
from jaxlens.config.model_names import KINDS
from jaxlens.config.psf import PSF_TYPES
from jaxlens.config.surveys import survey_path, surveys
from jaxlens.config.transients.timeseries import SERIES_KEYS
from jaxlens.distributions import DISTRIBUTIONS, parameter_names
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]


def test_every_name_of_the_tables_is_a_name_of_the_language() -> None:
    profiles = {**LIGHT_PROFILES, **MASS_PROFILES}
    names = {*profiles, *COSMOLOGIES, *surveys(), *DISTRIBUTIONS, *PSF_TYPES, *MODES}
    names |= {*COSMOLOGY, *IMAGE, *SURVEY, *FIXED, "BANDS", "SIZE", "OUTDIR", "SEED", "REDSHIFT", "FRACTION"}
    names |= {key for profile in profiles.values() for key in profile.parameters}
    names |= {key for name in DISTRIBUTIONS for key in parameter_names(name)}
    names |= {
        *KINDS,
        "FILENAME",
        "PATH",
        "HOST",
        "magnitude",
        "sigma_v",
        "q",
        "phi",
        "M",
        "M200",
        "logM",
        "concentration",
        "sep",
        "sep_unit",
        "Foreground",
    }
    names |= {"add", "replace", "arcsec", "kpc", "e-", "ADU", "poisson", "passbands", *SERIES_KEYS}
    names |= {*SUBSTRUCTURE, *NORMALIZATIONS, *LINE_OF_SIGHT, *CONCENTRATIONS, *get_args(Positions)}
    names |= {"SUBSTRUCTURE", "LINE_OF_SIGHT", "MASS_DEFINITION", "dz", "TWO_HALO", "SHEETS"}
    for table in meanings._TABLES:
        assert set(table) <= names
        for others in table.values():
            assert all(meanings.normalized(other) == other for other in others)


@pytest.mark.parametrize(
    ("word", "choices", "meant"),
    [
        ("POINT", MASS_PROFILES, "POINT_MASS"),
        ("POWER_LAW", MASS_PROFILES, "EPL"),
        ("EXTERNAL_SHEAR", MASS_PROFILES, "SHEAR"),
        ("MASS_SHEET", MASS_PROFILES, "CONVERGENCE"),
        ("SEI", MASS_PROFILES, "SIE"),
        ("sie", MASS_PROFILES, "SIE"),
        ("SERSIC_ELIPSE", LIGHT_PROFILES, "SERSIC_ELLIPSE"),
        ("DeVaucouleurs", LIGHT_PROFILES, "SERSIC_ELLIPSE"),
        ("gaussian", DISTRIBUTIONS, "normal"),
        ("log-uniform", DISTRIBUTIONS, "loguniform"),
        ("log_normal", DISTRIBUTIONS, "lognormal"),
        ("truncnorm", DISTRIBUTIONS, "truncated_normal"),
        ("constant", DISTRIBUTIONS, "delta_function"),
        ("randint", DISTRIBUTIONS, "uniform_int"),
        ("HSC", surveys(), "hsc"),
        ("Rubin", surveys(), "lsst"),
        ("decam", surveys(), "des"),
        ("WFIRST", surveys(), "roman"),
        ("fwhm", SURVEY, "seeing"),
        ("gain", IMAGE, "ccd_gain"),
        ("min", parameter_names("uniform"), "minimum"),
        ("e1", MASS_PROFILES["SHEAR"].parameters, "gamma1"),
        ("axis_ratio", ["q", "phi", "e1"], "q"),
        ("vdisp", ["sigma_v", "theta_E"], "sigma_v"),
        ("kilonova", KINDS, "kn"),
        ("SNIa", KINDS, "ia"),
    ],
)
def test_a_meaning(word: str, choices: list[str], meant: str) -> None:
    assert nearest(word, choices) == f"did you mean {meant}?"


@pytest.mark.parametrize(
    ("name", "parameters", "meant"),
    [
        ("wCDM", "w0: -0.8", "FlatwCDM"),
        ("wCDM", "{}", "FlatwCDM"),
        ("wCDM", "w0: -0.8, Ode0: 0.7", "w0waCDM"),
        ("LCDM", "{}", "FlatLambdaCDM"),
        ("FlatLCDM", "{}", "FlatLambdaCDM"),
        ("LCDM", "Ode0: 0.7", "LambdaCDM"),
        ("lambdaCDM", "{}", "FlatLambdaCDM"),
        ("lambdaCDM", "Ode0: 0.7", "LambdaCDM"),
        ("CDM", "w0: -0.9", "FlatwCDM"),
        ("w0wzCDM", "w0: -0.9", "FlatwCDM"),
        ("Flatw0waCDM", "w0: -0.9, wa: 0.1, Ode0: 0.7", "w0waCDM"),
    ],
)
def test_the_cosmology_that_is_suggested_can_be_read(
    load_edited: LoadEdited, name: str, parameters: str, meant: str
) -> None:
    """With the parameters that the file has."""
    more = "".join(f"    {entry.strip()}\n" for entry in parameters.split(",") if entry != "{}")

    def load(name: str) -> Config:
        return load_edited(
            (("COSMOLOGY:\n", f"COSMOLOGY:\n  NAME: {name}\n"), ("    Om0: 0.3\n", "    Om0: 0.3\n" + more))
        )

    with pytest.raises(ConfigError) as caught:
        load(name)
    says = f"c.yaml:7: COSMOLOGY.NAME: {name!r} is not a cosmology; did you mean {meant}?"
    assert caught.value.problems == (says,)
    assert load(meant).cosmology


def test_keys_of_another_parametrisation(load_edited: LoadEdited) -> None:
    with pytest.raises(ConfigError) as caught:
        load_edited((("NAME: SIE", "NAME: SHEAR"), ("        theta_E: 1.0\n", "        gamma_ext: 0.1\n")))
    found = [problem.partition("; ")[2] for problem in caught.value.problems]
    assert "give gamma1 and gamma2, or NAME: SHEAR_GAMMA_PSI" in found


def test_a_survey_by_another_name() -> None:
    with pytest.raises(ValueError, match=r"^survey='Rubin' is not known; did you mean lsst\?$"):
        survey_path("Rubin")
