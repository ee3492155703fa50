"""The keys of GEOMETRY, DISTRIBUTIONS, BACKGROUNDS, LABELS and CATALOG."""

from __future__ import annotations

from jaxlens.config.backgrounds import MODES as BACKGROUND_MODES
from jaxlens.config.catalog.images import KEYS as IMAGE_COLUMNS
from jaxlens.config.catalog.section import MODES as CATALOG_MODES
from jaxlens.config.copies import COUNT, LARGEST_MAX, MAX, NUMBER, POSITION
from jaxlens.config.geometry import REDSHIFT
from jaxlens.config.joints import DEFAULT_STEP
from jaxlens.config.joints import MODES as TABLE_MODES
from jaxlens.config.quantities import NOT_NEGATIVE, POSITIVE
from jaxlens.config.schema.entries import Entries, Entry, choice, mapping
from jaxlens.config.schema.halo_keys import LINE_OF_SIGHT_KEYS
from jaxlens.config.selection import MAX_TRIES

_CONFIGURATIONS = "The labels or NAMEs of the configurations"
_FILE = Entry("text", "The file of the catalogue.", required=True)
_COLUMN = Entry("any", "The column, or {COLUMN, UNIT}.", required=True)
_COLUMNS = Entry(
    "mapping",
    "Which column sets which parameter: parameter -> column, or {COLUMN, UNIT} and further keys.",
    free="The column that sets this parameter.",
)
_FORMAT = Entry("text", "The layout or the kind of the file: om10, slsim, csv, fits, votable or parquet.")
_WHERE = Entry("any", "Which rows are used: bounds by column, as {zlens_min: 0.2}.")
_ID = Entry("text", "The column that names a row.")
_KEEP = Entry("texts", "Further columns that the metadata have.")

_OBJECT: Entries = {
    "NAME": Entry("text", "The NAME of a galaxy or point source of SPECIES.", required=True),
    NUMBER: Entry("number", "How many copies of it there are.", default="1", rule=COUNT),
    MAX: Entry("integer", f"For how many copies there is room, at most {LARGEST_MAX}.", least=1),
    POSITION: mapping(
        "Where copies are: evenly in a ring about the centre of the image.",
        {
            "within": Entry(
                "constant", "The largest distance from the centre.", "arcsec", required=True, rule=POSITIVE
            ),
            "outside": Entry(
                "constant", "The smallest distance from the centre.", "arcsec", "0", rule=NOT_NEGATIVE
            ),
        },
    ),
}
_PLANE: Entries = {
    "NAME": Entry("text", "A mere name."),
    "OBJECT_n": mapping(
        "What stands in the plane: a NAME of SPECIES, or NAME and further keys.", _OBJECT, True, or_text=True
    ),
    "PARAMETERS": mapping(
        "Where the plane is.", {"REDSHIFT": Entry("number", "Its redshift.", rule=REDSHIFT)}
    ),
}
_SERIES: Entries = {
    "OBJECTS": Entry("texts", "The NAMEs of the point sources that vary.", required=True),
    "NITES": Entry(
        "any", "The days of observation: a list, or a file with a cadence.", "days", required=True
    ),
    "PEAK": Entry("any", "The day of the peak of all objects, or of each by its NAME.", "days", "0"),
    "REFERENCE_MJD": Entry("constant", "The modified Julian date of day 0.", "days"),
    "DIFFERENCE": mapping(
        "Difference images: each epoch without a template.",
        {"TEMPLATE": Entry("any", "The index of the epoch that is subtracted, or static.", required=True)},
    ),
}
_CONFIGURATION: Entries = {
    "NAME": Entry("text", "A name of the configuration.", default="its label"),
    "FRACTION": Entry("constant", "Its share of the systems of SIZE.", required=True, rule=NOT_NEGATIVE),
    "PLANE_n": mapping("What is at one redshift; planes are numbered from the nearest.", _PLANE, True),
    "NOISE_SOURCE_n": Entry("text", "The NAME of a NOISE_n of SPECIES that is added."),
    "TIMESERIES": mapping("Which objects vary, and when they are observed.", _SERIES),
    "SELECT": mapping(
        "The criteria that a drawn system meets to be kept.",
        {
            "MAX_TRIES": Entry(
                "integer", "How often a system is drawn at most.", default=f"{MAX_TRIES}", least=1
            ),
            "*_min": Entry("any", "The smallest value that is kept, also by band."),
            "*_max": Entry("any", "The largest value that is kept, also by band."),
        },
    ),
    "LINE_OF_SIGHT": LINE_OF_SIGHT_KEYS,
}
GEOMETRY: Entries = {
    "CONFIGURATION_n": mapping(
        "One kind of systems: its planes, and its share of the dataset.", _CONFIGURATION
    )
}
DISTRIBUTIONS: Entries = {
    "USERDIST_n": mapping(
        "A table whose columns set parameters.",
        {
            "FILENAME": Entry(
                "text", "The table, with a column of each parameter and WEIGHT.", required=True
            ),
            "MODE": choice("Whether rows are drawn, interpolated between, or taken in order.", TABLE_MODES),
            "STEP": Entry(
                "integer", "deeplenstronomy's STEP, which has no effect.", default=f"{DEFAULT_STEP}", least=1
            ),
            "PARAMS": Entry("texts", "The names of the columns, in place of those of the table."),
        },
    ),
    "MULTIVARIATE_NORMAL_n": mapping(
        "Parameters with a joint normal distribution.",
        {
            "PARAMS": Entry("texts", "The names of the parameters.", required=True),
            "MEAN": Entry("array", "Their means.", required=True),
            "COVARIANCE": Entry("array", "Their covariance matrix.", required=True),
            "LOG": Entry("any", "Whether the logarithms are normal, of all or of each.", default="false"),
        },
    ),
}
BACKGROUNDS: Entries = {
    "PATH": Entry("text", "The folder with the images, a FITS cube for each band.", required=True),
    "CONFIGURATIONS": Entry("texts", f"{_CONFIGURATIONS} that have them.", required=True),
    "ITERATE": Entry("switch", "Whether system i takes image i.", default="false"),
    "MODE": choice("Whether images are added to the noise or take its place.", BACKGROUND_MODES, "add"),
}
LABELS: Entries = {
    "snr_min": Entry(
        "constant", "The smallest signal-to-noise ratio of the source, in its best band.", rule=NOT_NEGATIVE
    ),
    "theta_E_min": Entry("constant", "The smallest Einstein radius by area.", "arcsec", rule=NOT_NEGATIVE),
    "magnification_min": Entry(
        "constant", "The smallest magnification of the source's flux, in its best band.", rule=NOT_NEGATIVE
    ),
    "resolved": Entry(
        "constant",
        "The smallest Einstein radius over the seeing of the sharpest band, or a text such as "
        "`theta_E > 1.5 * seeing`.",
        rule=NOT_NEGATIVE,
        or_text=True,
    ),
}
_MATCH: Entries = {
    "FILENAME": _FILE,
    "FORMAT": _FORMAT,
    "WHERE": _WHERE,
    "BY": Entry(
        "mapping", "The columns that are compared.", required=True, free="The column of the other catalogue."
    ),
    "SCALES": Entry(
        "mapping", "What counts as a distance of 1, by column.", free="The scale of this column."
    ),
    "MAX_DISTANCE": Entry("constant", "The largest distance of a match."),
    "ONCE": Entry("switch", "Whether a row is the match of one row only.", default="false"),
    "COLUMNS": _COLUMNS,
    "ID": _ID,
    "KEEP": _KEEP,
}
CATALOG: Entries = {
    "FILENAME": _FILE,
    "FORMAT": _FORMAT,
    "WHERE": _WHERE,
    "COLUMNS": _COLUMNS,
    "CONFIGURATIONS": Entry("texts", f"{_CONFIGURATIONS} whose systems are rows.", default="all"),
    "MODE": choice("Whether rows are taken in order or drawn.", CATALOG_MODES, CATALOG_MODES[0]),
    "WEIGHT": Entry("text", "The column of weights, where rows are drawn."),
    "STRICT": Entry("switch", "Whether rows that are not finite are an error.", default="false"),
    "ID": _ID,
    "KEEP": _KEEP,
    "SKY": mapping("The columns of places on the sky.", {"ra": _COLUMN, "dec": _COLUMN}),
    "IMAGES": mapping(
        "The columns that list the lensed images of each system.",
        {
            key: Entry("texts", f"The columns of {key} of the images.", required=key in "xy")
            for key in IMAGE_COLUMNS
        },
    ),
    "MATCH_n": mapping("Another catalogue, whose row that is nearest sets parameters too.", _MATCH),
}
