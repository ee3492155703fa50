"""Other names for the same thing: what a word means that is not legal in its place.

A name by meaning comes before one that is only spelled alike: `wCDM` means FlatwCDM, although w0waCDM looks
more like it.  The tables have the words without capitals, hyphens and underscores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# Profiles by other names, among them lenstronomy's names of the same profile.
_PROFILES: Mapping[str, tuple[str, ...]] = {
    "EPL": ("powerlaw", "pl", "ellipticalpowerlaw"),
    "SIE": ("singularisothermalellipsoid", "isothermal", "isothermalellipsoid", "sieellipse", "sieellipsoid"),
    "SIS": ("singularisothermalsphere", "isothermalsphere"),
    "NIE": ("nonsingularisothermalellipsoid", "coredisothermal", "nis"),
    "POINT_MASS": ("point", "pointlens", "blackhole", "bh", "pbh", "primordialblackhole", "ptmass"),
    "SHEAR": ("externalshear", "extshear"),
    "SHEAR_GAMMA_PSI": ("shearpolar", "sheargammaphi"),
    "CONVERGENCE": ("masssheet", "sheet", "externalconvergence", "kappa", "constantconvergence"),
    "SERSIC_ELLIPSE": (
        *("ellipticalsersic", "sersicellipsoid", "devaucouleurs", "dev"),
        *("exponential", "exponentialdisk", "exp", "disk"),
    ),
    "SERSIC": ("sersicspherical", "sersiccircular"),
    "CORE_SERSIC": ("coresersicellipse", "coredsersic", "sersiccore"),
    "GAUSSIAN_ELLIPSE": ("ellipticalgaussian", "gaussianelliptical"),
    "UNIFORM": ("constant", "sky", "background"),
}
# Cosmologies: the flat one first, which most people mean.
_COSMOLOGIES: Mapping[str, tuple[str, ...]] = {
    "FlatLambdaCDM": ("lcdm", "λcdm", "cdm", "flatlcdm", "flatλcdm", "flatcdm", "lambdacold", "standardcdm"),
    "LambdaCDM": ("lcdm", "λcdm", "olcdm", "klcdm", "curvedlcdm", "nonflatlcdm", "lambdacdm"),
    "FlatwCDM": ("wcdm", "w0cdm", "flatw0cdm", "xcdm", "flatw"),
    "w0waCDM": ("wcdm", "w0cdm", "flatw0wacdm", "wwacdm", "w0w1cdm", "cplcdm", "wpwacdm", "flatwpwacdm"),
}
_SURVEYS: Mapping[str, tuple[str, ...]] = {
    "lsst": ("rubin", "verarubin", "vrubin", "lsstcam", "rubinobservatory", "verarubinobservatory", "vro"),
    "des": ("decam", "darkenergysurvey", "deswide", "darkenergycamera", "desy1", "desy3", "desy6"),
    "hsc": ("hypersuprimecam", "subaru", "hscssp", "suprimecam"),
    "hst": ("hubble", "wfc3", "acs", "hstacs", "hstwfc3"),
    "jwst": ("webb", "nircam", "jameswebb"),
    "roman": ("wfirst", "nancygraceroman", "wfi", "rst"),
    "kids": ("omegacam", "vst", "kilodegreesurvey"),
    "csst": ("xuntian", "cssos"),
    "ztf": ("palomar", "zwicky", "zwickytransientfacility", "ptf"),
    "euclid": ("vis", "euclidvis", "euclidwide"),
}
_DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "normal": ("gaussian", "gauss", "norm", "bell"),
    "uniform": ("flat", "random", "rand", "tophat", "unif"),
    "uniform_int": ("randint", "integer", "integers", "discreteuniform", "uniforminteger"),
    "lognormal": ("lognorm", "loggaussian", "normallog"),
    "loguniform": ("loguni", "uniformlog", "reciprocal", "jeffreys", "logflat"),
    "truncated_normal": ("truncnorm", "truncatedgaussian", "truncnormal", "normaltruncated", "tnormal"),
    "delta_function": ("constant", "delta", "fixed", "dirac", "value", "deltafunc"),
    "categorical": ("choice", "discrete", "multinomial", "histogram", "choices"),
    "symmetric_uniform_annulus": ("annulus", "uniformannulus", "ring"),
}
# Models of transients.
_MODELS: Mapping[str, tuple[str, ...]] = {
    "ia": ("snia", "sn1a", "typeia", "sneia", "supernovaia", "supernova", "sn"),
    "cc": ("sncc", "corecollapse", "snii", "iip", "supernovaii", "supernovacc"),
    "kn": ("kilonova", "bns", "gw170817"),
    "agn_drw": ("agn", "quasar", "qso", "drw", "dampedrandomwalk"),
    "flat": ("constant",),
    "variable": ("randomwalk",),
}
# Other words of the language.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "PIXEL": ("kernel", "image", "fits", "empirical", "pixelized", "psfkernel"),
    "GAUSSIAN": ("gauss", "normal"),
    "NONE": ("no", "nopsf", "delta", "false", "0"),
    "sample": ("random", "draw", "rows", "choice"),
    "iterate": ("loop", "cycle", "sequential", "inorder", "order"),
    "interpolate": ("interpolation", "interp", "kde", "continuous"),
    "add": ("sum", "plus"),
    "replace": ("substitute", "instead"),
    "arcsec": ("arcsecond", "arcseconds", "as"),
    "kpc": ("kiloparsec", "kiloparsecs", "physical", "parsec", "parsecs", "pc"),
    "e-": ("e", "electron", "electrons", "photons"),
    "ADU": ("dn", "datanumber"),
    "Foreground": ("star", "mw", "milkyway"),
    "poisson": ("photon", "photons"),
}
# Keys of the sections, parameters of profiles and of distributions.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "BANDS": ("filters", "filter", "band"),
    "passbands": ("bandpass", "bandpasses", "passband", "transmission", "throughputs"),
    "NITES": ("nights", "cadence", "days", "mjd", "epochs", "dates", "times"),
    "REFERENCE_MJD": ("referenceday", "mjd0", "t0", "zeroday"),
    "PEAK": ("peakmjd", "peakday", "t0", "tpeak", "maximum"),
    "DIFFERENCE": ("differenceimages", "diff", "subtraction"),
    "magnitude_zero_point": ("zeropoint", "zp", "zpt", "magzeropoint", "magzero", "photzp"),
    "seeing": ("fwhm", "psffwhm", "psfsize"),
    "sky_brightness": ("sky", "skymag", "skybackground", "mu"),
    "num_exposures": ("nexp", "nexposures", "numberofexposures", "coadds"),
    "exposure_time": ("exptime", "texp", "exposure", "expt"),
    "ccd_gain": ("gain",),
    "pixel_scale": ("pixscale", "pixelsize", "pixsize", "deltapix", "platescale", "resolution"),
    "transform_xx": ("cd11",),
    "transform_xy": ("cd12",),
    "transform_yx": ("cd21",),
    "transform_yy": ("cd22",),
    "numPix": ("npix", "numpixels", "imagesize", "npixels", "stampsize"),
    "psf_type": ("psf", "psfmodel"),
    "read_noise": ("readnoise", "ron", "readoutnoise", "rdnoise"),
    "background_noise": ("backgroundrms", "skyrms", "backgroundsigma", "skysigma"),
    "kernel_point_source": ("psfkernel", "kernel", "psffile"),
    "SIZE": ("n", "number", "count", "nsystems"),
    "OUTDIR": ("output", "outputdir", "directory", "folder", "out"),
    "SEED": ("randomseed", "rng"),
    "REDSHIFT": ("z", "redshifts"),
    "FRACTION": ("weight", "share", "probability"),
    "FILENAME": ("file", "path", "table"),
    "PATH": ("folder", "directory", "dir", "file"),
    "HOST": ("hostgalaxy", "galaxy"),
    "magnitude": ("mag", "m", "brightness", "appmag"),
    "theta_E": ("einsteinradius", "b", "einstein", "re"),
    "M200": ("m200c", "m200m", "mvir", "halomass", "mhalo", "mass", "m"),
    "logM": ("logm200", "log10m", "logmass", "lgm"),
    "concentration": ("c", "c200", "c200c", "cvir", "conc"),
    "M": ("mass", "m"),
    "Rs": ("rscale", "scaleradius", "thetas"),
    "alpha_Rs": ("alphas", "thetars"),
    "sigma_v": ("vdisp", "velocitydispersion", "sigma", "veldisp", "vd"),
    "R_sersic": ("re", "reff", "halflightradius", "effectiveradius", "rhalf", "radius", "size"),
    "n_sersic": ("n", "index", "sersicindex", "nser"),
    "center_x": ("x", "x0", "xcenter", "centrex", "xc"),
    "center_y": ("y", "y0", "ycenter", "centrey", "yc"),
    "gamma": ("slope", "powerlawslope", "gammaprime", "gammapl"),
    "s_scale": ("core", "coreradius", "rcore", "smooth"),
    "kappa": ("kappaext", "kext", "convergence"),
    "gamma1": ("g1", "e1"),
    "gamma2": ("g2", "e2"),
    "gamma_ext": ("shear", "shearstrength"),
    "psi_ext": ("shearangle", "phiext", "phi"),
    "e1": ("eps1", "epsilon1", "ellipticity1"),
    "e2": ("eps2", "epsilon2", "ellipticity2"),
    "q": ("axisratio", "ba", "bovera"),
    "phi": ("positionangle", "pa", "theta", "phig"),
    "minimum": ("min", "low", "lower", "a"),
    "maximum": ("max", "high", "upper", "b"),
    "mean": ("mu", "loc", "average", "centre", "center"),
    "std": ("sigma", "stddev", "sd", "scale", "standarddeviation", "width"),
    "sigma": ("std", "stddev", "sd", "scale", "width"),
    "value": ("constant", "number"),
    "sep": ("separation", "distance", "offset"),
    "sep_unit": ("unit", "units", "separationunit"),
}
# Keys and words of SUBSTRUCTURE and LINE_OF_SIGHT, among them pyHalo's.
_HALOES: Mapping[str, tuple[str, ...]] = {
    "diemer_joyce": ("diemerjoyce19", "diemer19", "dj19", "diemer"),
    "cored_nfw": ("nfw", "projectednfw", "nfwcored", "cored"),
    "SUBSTRUCTURE": ("subhaloes", "subhalos", "subhalo", "substructures"),
    "LINE_OF_SIGHT": ("los", "fieldhaloes", "fieldhalos", "lineofsighthalos", "lineofsighthaloes"),
    "MASS_DEFINITION": ("mdef", "definition"),
    "M_min": ("mlow", "logmlow", "minmass", "massmin", "mmin"),
    "M_max": ("mhigh", "logmhigh", "maxmass", "massmax", "mmax"),
    "M_host": ("mhalo", "hostmass", "logmhost", "m200"),
    "half_mode_mass": ("mhm", "logmhm", "mhalfmode", "halfmode", "loghalfmodemass"),
    "f_sub": ("fraction", "massfraction", "fractionsub"),
    "slope": ("shmflogslope", "alpha", "gamma", "index", "massfunctionslope"),
    "core_radius": ("rtidal", "rcore", "core"),
    "normalization": ("losnormalization", "deltalos", "norm"),
    "slope_change": ("deltapowerlawindex", "deltaslope"),
    "cone_radius": ("coneopeninganglearcsec", "coneopeningangle", "cone"),
    "concentration_scatter": ("scatter", "scatterdex", "cscatter"),
    "dz": ("planespacing", "lensplanespacing", "deltaz", "spacing"),
    "TWO_HALO": ("twohalocontribution", "twohaloterm"),
    "SHEETS": ("masssheets", "negativesheets", "masssheetcorrection", "sheet"),
    "halo_tolerance": ("tolerance", "halotol"),
}
_TABLES = (_PROFILES, _COSMOLOGIES, _SURVEYS, _DISTRIBUTIONS, _MODELS, _WORDS, _KEYS, _HALOES)
# Keys of other parametrisations: the key -> a key that is legal in its place, and what to do.
_ADVICE: Mapping[str, tuple[str, str]] = {
    "gammaext": ("gamma1", "give gamma1 and gamma2, or NAME: SHEAR_GAMMA_PSI"),
    "psiext": ("gamma1", "give gamma1 and gamma2, or NAME: SHEAR_GAMMA_PSI"),
    "gamma1": ("gamma_ext", "give gamma_ext and psi_ext, or NAME: SHEAR"),
    "gamma2": ("gamma_ext", "give gamma_ext and psi_ext, or NAME: SHEAR"),
}


def normalized(word: str) -> str:
    """A word without capitals, hyphens and underscores.

    >>> normalized("log-Uniform")
    'loguniform'
    """
    return "".join(letter for letter in word.lower() if letter.isalnum())


def meanings(word: str, choices: Iterable[str]) -> list[str]:
    """The choices that a word means, the most usual first; empty where no meaning is known.

    >>> meanings("wCDM", ["FlatLambdaCDM", "LambdaCDM", "FlatwCDM", "w0waCDM"])
    ['FlatwCDM', 'w0waCDM']
    >>> meanings("rubin_seeing", ["des_seeing", "lsst_seeing"]), meanings("gaussian", ["GAUSSIAN"])
    (['lsst_seeing'], ['GAUSSIAN'])
    """
    names, given = tuple(choices), normalized(word)
    found = [name for name in names if normalized(name) == given]
    for table in _TABLES:
        found += [name for name, others in table.items() if name in names and given in others]
    head, _, rest = word.lower().partition("_")
    surveys = [f"{name}_{rest}" for name, others in _SURVEYS.items() if rest and head in others]
    return list(dict.fromkeys([*found, *(name for name in surveys if name in names)]))


def other_advice(word: str, choices: Iterable[str]) -> str:
    """Advice on a word of another parametrisation; "" where there is none.

    >>> other_advice("gamma_ext", ["gamma1", "gamma2"])[:23]
    'give gamma1 and gamma2,'
    """
    legal, advice = _ADVICE.get(normalized(word), ("", ""))
    return advice if legal and legal in tuple(choices) else ""
