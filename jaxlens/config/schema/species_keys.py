"""The keys of SPECIES; the parameters of profiles and models are those of the registries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jaxlens.config.model_names import KINDS
from jaxlens.config.naming import BY_EPOCH, MICROLENSING, NOISE
from jaxlens.config.quantities import ANY, ANY_BY_BAND, NOT_NEGATIVE_BY_BAND
from jaxlens.config.schema.entries import Entries, Entry, choice, mapping
from jaxlens.config.schema.halo_keys import SUBSTRUCTURE_KEYS
from jaxlens.config.species import SEP_UNITS
from jaxlens.config.transients.rules import MICROLENSING_RULE, model_rule
from jaxlens.kernels.transients import TRANSIENTS

# (unit, text) of the parameters of the models of transients.
_MODEL: Mapping[str, tuple[str, str]] = {
    "REALIZATION": (
        "",
        "The number of the random numbers of a variable source or of the choice of a template.",
    ),
    "M_I": ("mag", "The absolute magnitude in the i band, of a quasar."),
    "LOG_MBH": ("", "The decimal logarithm of the mass of the black hole in solar masses."),
    "COLOR": ("mag", "The magnitude added in each band, or the colour of a supernova."),
    "EBV": ("mag", "The reddening by dust in the host."),
    "RV": ("", "The ratio of extinction to reddening in the host."),
    "EBV_MW": ("mag", "The reddening by dust in the Milky Way."),
    "RV_MW": ("", "The ratio of extinction to reddening in the Milky Way."),
    "MAG": ("mag", "The mean apparent magnitude."),
    "TAU": ("days", "The time scale of the damped random walk."),
    "SF_INF": ("mag", "The amplitude of the damped random walk at long times."),
    "TAU_SLOPE": ("", "How the time scale changes with wavelength."),
    "SF_SLOPE": ("", "How the amplitude changes with wavelength."),
    "X0": ("", "The amplitude of SALT."),
    "X1": ("", "The stretch of SALT."),
    "C": ("", "The colour of SALT."),
    "ABSMAG": ("mag", "The absolute magnitude at the peak, in Bessell's B band."),
    "ALPHA": ("", "How the peak's magnitude changes with the stretch."),
    "BETA": ("", "How the peak's magnitude changes with the colour."),
    "STRETCH": ("", "The factor of times of the light curve."),
    **{
        f"{key}_{color}": (unit, f"{text} of the {color.lower()} component of a kilonova.")
        for color in ("BLUE", "RED")
        for key, unit, text in (
            ("MEJ", "solar masses", "The mass"),
            ("VEJ", "c", "The velocity"),
            ("KAPPA", "cm^2/g", "The opacity"),
            ("TFLOOR", "K", "The lowest temperature"),
        )
    },
    "TEMPLATE": ("", "Which template of spectra is used: its index, its name or its type."),
    "MAGSMEAR": ("mag", "The scatter of magnitudes about the template, drawn once for each transient."),
    "STEP": ("mag", "How much the magnitude changes at random from night to night."),
    "MAG_SHIFT": ("mag", "The magnitude added to a light curve of a file."),
}
# A galaxy has one of these.
_PROFILES = ("LIGHT_PROFILE_1", "MASS_PROFILE_1", "SHEAR_PROFILE_1")
_DUST = ("fitzpatrick99", "odonnell94")
_SPECIAL = Entry(
    "mapping", "Functions that change the numbers of an object: name -> arguments.", free="Its arguments."
)


def model_parameters() -> Entries:
    """The parameters of all models of transients, as entries of MODEL."""
    found: dict[str, Entry] = {}
    for model in TRANSIENTS.values():
        for key, default in model.parameters.items():
            rule = model_rule(model.name, key)
            rule = replace(rule, by_band=rule.by_band or (key in found and found[key].rule.by_band))
            unit, text = _MODEL.get(key, ("", f"A parameter of the model {model.name}."))
            written = "" if default is None else f"{default:g}"
            found[key] = Entry("any" if key == "TEMPLATE" else "number", text, unit, written, rule=rule)
    return found


def species() -> Entries:
    """The keys of SPECIES."""
    name = Entry("text", "The name by which GEOMETRY and HOST mean it.", required=True)
    galaxy: Entries = {
        "NAME": name,
        **{
            f"{kind}_PROFILE_n": Entry("mapping", text)
            for kind, text in (
                ("LIGHT", "Light of the galaxy: a light profile of lenstronomy and its PARAMETERS."),
                ("MASS", "Mass of the galaxy: a mass profile of lenstronomy and its PARAMETERS."),
                ("SHEAR", "External shear or convergence: a mass profile of lenstronomy and its PARAMETERS."),
            )
        },
        "SUBSTRUCTURE": SUBSTRUCTURE_KEYS,
        "SPECIAL": _SPECIAL,
    }
    return {
        "GALAXY_n": mapping("A galaxy, with light, mass or both.", galaxy)._replace(one_of=_PROFILES),
        "POINTSOURCE_n": mapping(
            "A point source, such as a quasar, a supernova or a star.", _point_source(name)
        ),
        "NOISE_n": mapping(
            "A source of noise that configurations add to images.",
            {
                "NAME": choice("The kind of noise.", ("POISSON_NOISE",)),
                "PARAMETERS": mapping(
                    "Its parameters.",
                    {
                        "mean": Entry(
                            "number", "The mean of Poisson noise.", "counts", rule=NOT_NEGATIVE_BY_BAND
                        )
                    },
                ),
            },
        ),
    }


def _point_source(name: Entry) -> Entries:
    model: dict[str, Entry] = {
        "NAME": Entry("text", f"The model: {', '.join(KINDS)}, some with the name of a file.", required=True),
        "FILE": Entry("text", "The file of spectra or of a light curve."),
        "DIRECTORY": Entry("text", "The folder of spectra, in place of FILE."),
        "DUST": choice("The law of dust.", _DUST, _DUST[0]),
        NOISE: Entry(
            "number", "Noise added to the magnitude at each night, in each band.", "mag", rule=ANY_BY_BAND
        ),
        MICROLENSING: Entry(
            "number",
            f"A factor of the flux of each image; with {BY_EPOCH}: true it is drawn for each epoch.",
            rule=MICROLENSING_RULE,
        ),
        **model_parameters(),
    }
    parameters: Entries = {
        "magnitude": Entry("number", "Its apparent magnitude before lensing.", "mag", rule=ANY_BY_BAND),
        "sep": Entry(
            "number", "Its distance from the centre of its host.", "that of sep_unit", "0", rule=ANY
        ),
        "sep_unit": Entry("choice", "The unit of sep.", choices=SEP_UNITS),
        "angle": Entry("number", "The direction of sep; by default uniform.", "radian", rule=ANY),
        "ra_image": Entry("number", "x of a star in the foreground.", "arcsec", rule=ANY),
        "dec_image": Entry("number", "y of a star in the foreground.", "arcsec", rule=ANY),
    }
    return {
        "NAME": name,
        "HOST": Entry(
            "text", "The NAME of the galaxy that it is in, or Foreground for a star.", required=True
        ),
        "PARAMETERS": mapping("Its brightness and place.", parameters),
        "MODEL": mapping("How its light varies, where a TIMESERIES has it.", model, or_text=True),
        "SPECIAL": _SPECIAL,
    }
