"""The keys of DATASET, COSMOLOGY, IMAGE and SURVEY; the legal values of numbers are those of the reader."""

from __future__ import annotations

from collections.abc import Mapping

from jaxlens.config.instrument import COSMOLOGIES, COSMOLOGY, FIXED, IMAGE, SURVEY
from jaxlens.config.model import IMAGE_DTYPES
from jaxlens.config.psf import PSF_TYPES
from jaxlens.config.schema.entries import Entries, Entry, choice, mapping
from jaxlens.config.used_bands import BANDS, BANDS_USED

# (unit, default, text) of the numbers of each section.
_COSMOLOGY: Mapping[str, tuple[str, str, str]] = {
    "H0": ("km/s/Mpc", "", "The Hubble constant."),
    "Om0": ("", "", "The density of matter today, over the critical density."),
    "Ode0": ("", "", "The density of dark energy today, of a universe that is not flat."),
    "w0": ("", "-1", "The equation of state of dark energy today."),
    "wa": ("", "0", "How the equation of state changes: w = w0 + wa z / (1 + z)."),
    "Tcmb0": ("K", "0", "The temperature of the microwave background today; 0 leaves radiation out."),
    "Neff": ("", "3.04", "The effective number of species of neutrinos."),
    "m_nu": ("eV", "0", "The mass of the neutrinos."),
    "Ob0": ("", "", "The density of baryons today; no image depends on it."),
}
_MAP = "of the map from pixels to angles, in place of pixel_scale, as lenstronomy's ImageData has it."
_IMAGE: Mapping[str, tuple[str, str, str]] = {
    "exposure_time": ("s", "", "The time of one exposure."),
    "pixel_scale": ("arcsec", "", "The side of a pixel."),
    "transform_xx": ("arcsec", "", f"The change of x with the column, {_MAP}"),
    "transform_xy": ("arcsec", "", f"The change of x with the row, {_MAP}"),
    "transform_yx": ("arcsec", "", f"The change of y with the column, {_MAP}"),
    "transform_yy": ("arcsec", "", f"The change of y with the row, {_MAP}"),
    "x_shift": ("arcsec", "", f"x at the middle of the image, {_MAP}"),
    "y_shift": ("arcsec", "", f"y at the middle of the image, {_MAP}"),
    "read_noise": ("electrons", "", "The standard deviation of the noise of reading a pixel once."),
    "ccd_gain": (
        "electrons/ADU",
        "1",
        "How many electrons one count stands for; needed where counts are in ADU.",
    ),
    "background_noise": (
        "counts/s",
        "",
        "The standard deviation of the background, in place of read noise and sky.",
    ),
    "moffat_beta": ("", "", "The exponent of the Moffat profile of the PSF, where psf_type is MOFFAT."),
}
_SURVEY: Mapping[str, tuple[str, str, str]] = {
    "seeing": ("arcsec", "", "The full width at half maximum of the PSF."),
    "magnitude_zero_point": ("mag", "", "The magnitude of a source of 1 count/s."),
    "sky_brightness": ("mag/arcsec^2", "", "The surface brightness of the sky."),
    "num_exposures": ("", "1", "The number of exposures that are added; 1 in a time series."),
}
_FIXED: Entries = {
    "numPix": Entry("integer", "The number of pixels along a side of the image.", required=True, least=1),
    "psf_type": choice("The kind of PSF.", tuple(PSF_TYPES)),
    "supersampling_factor": Entry(
        "integer", "Sub-pixels along a side of each pixel, on which light is computed.", default="1", least=1
    ),
    "data_count_unit": choice("The unit of counts.", ("e-", "ADU"), "e-"),
    "point_source": choice(
        "How a point source is put between pixels: by interpolation, or as the integral of a Gaussian.",
        ("interpolated", "exact"),
        "interpolated",
    ),
    "shot_noise": choice("How the noise of photons is drawn.", ("gaussian", "poisson"), "gaussian"),
    "kernel_point_source": Entry(
        "mapping",
        "The image of a point source, a FITS or npy file, where psf_type is PIXEL; or such a file by band.",
        free="The file of this band.",
        or_text=True,
    ),
    "kernel_supersampling_factor": Entry(
        "integer", "Pixels of the kernel along a side of a pixel of the image.", default="1", least=1
    ),
    "supersampling_convolution": Entry(
        "switch", "Whether the PSF blurs sub-pixels before they are averaged.", default="false"
    ),
    "supersampling_kernel_size": Entry(
        "integer",
        "Pixels of the image along a side of the kernel that blurs sub-pixels; odd.",
        default="5",
        least=1,
    ),
    "convolution_kernel_size": Entry(
        "integer", "Pixels along a side of the kernel that blurs; odd; by default all of it.", least=1
    ),
    "point_source_supersampling_factor": Entry(
        "integer",
        "Sub-pixels along a side with which the PSF of point sources is sampled.",
        default="1",
        least=1,
    ),
    "compute_mode": choice("lenstronomy's compute_mode; only regular is known.", ("regular",), "regular"),
    "halo_tolerance": Entry(
        "constant",
        "The largest error of deflections by haloes in an image, over the Einstein radius.",
        default="1e-4",
    ),
}
_MODES = "A mere name."

DATASET: Entries = {
    "NAME": Entry("text", "The name of the dataset.", required=True),
    "PARAMETERS": mapping(
        "How many systems there are, and where they go.",
        {
            "SIZE": Entry(
                "integer", "The number of systems of all configurations together.", required=True, least=1
            ),
            "OUTDIR": Entry("text", "The folder that the dataset is written to.", required=True),
            "SEED": Entry(
                "integer", "The seed of the random numbers; without it every dataset is another one."
            ),
            "image_dtype": choice(
                "In which precision images are handed over.", IMAGE_DTYPES, IMAGE_DTYPES[0]
            ),
        },
        required=True,
    ),
}
COSMOLOGY_KEYS: Entries = {
    "NAME": Entry(
        "text",
        f"A cosmology of astropy: {', '.join(COSMOLOGIES)}; any other text without CDM in it is a mere name.",
        default="FlatLambdaCDM",
    ),
    "PARAMETERS": mapping(
        "The parameters of the cosmology, under astropy's names.",
        {
            key: Entry("number", _COSMOLOGY[key][2], *_COSMOLOGY[key][:2], rule=rule)
            for key, rule in COSMOLOGY.items()
        },
        required=True,
    ),
}
IMAGE_KEYS: Entries = {
    "NAME": Entry("text", _MODES),
    "PARAMETERS": mapping(
        "The camera, and how images are computed.",
        {key: Entry("number", _IMAGE[key][2], *_IMAGE[key][:2], rule=rule) for key, rule in IMAGE.items()}
        | {key: _FIXED[key] for key in FIXED},
        required=True,
    ),
}
SURVEY_KEYS: Entries = {
    "NAME": Entry("text", _MODES),
    "PARAMETERS": mapping(
        "The bands, and under which conditions they are observed.",
        {
            BANDS: Entry("texts", "The names of the bands, as g,r,i or as a list.", required=True),
            BANDS_USED: Entry("texts", "Those of BANDS that are used, in this order.", default="BANDS"),
            "passbands": Entry(
                "mapping",
                "The transmission of each band: a survey, or by band a survey or a file of two columns.",
                default="DECam's",
                free="The survey or the file of this band.",
                or_text=True,
            ),
        }
        | {
            key: Entry("number", _SURVEY[key][2], *_SURVEY[key][:2], rule=rule)
            for key, rule in SURVEY.items()
        },
        required=True,
    ),
}
