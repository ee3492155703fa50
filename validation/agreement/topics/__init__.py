"""The topics of the validation, and how their reference values are made.

The comparison of a topic is the module of its name in `validation.agreement.checks`.  A topic with reference
values also has a module here, whose `groups() -> {name: {array name: array}}` computes them with lenstronomy,
astropy and sncosmo.  `frozen_images` and `lenstronomy_images` are shared by the topics of whole images.
"""

from __future__ import annotations

REFERENCE_TOPICS = {
    "light": "surface brightness and total flux of every light profile",
    "mass": "potential, deflection, convergence, shear and magnification of every mass profile",
    "amplitudes": "magnitude to amplitude, of every light profile and of point sources",
    "cosmology": "distances, and velocity dispersion to Einstein radius",
    "rays": "ray shooting and arrival times through two and three deflecting planes",
    "positions": "image positions, magnifications and time delays of point sources",
    "delays": "time delays of point sources behind one plane and two, by the simulator",
    "psf": "blur and stamps of point sources, under every kind of PSF",
    "supersampling": "images at supersampling 1, 2, 3 and 5",
    "scenes": "whole images: every packaged example, and random scenes",
    "families": "whole images: a file for each family of profiles",
    "noise": "standard deviation of the noise in every pixel",
    "photometry": "magnitudes of supernovae through passbands, with dust; from sncosmo",
}
# Further files of reference values, which the topics "light" and "mass" use besides their own.
MORE_REFERENCES = {
    "light_profiles": "every registered light profile at usual parameters, for the topic light",
    "mass_profiles": "every registered mass profile at usual parameters, for the topic mass",
}
# The packages, other than lenstronomy, that topics are compared with.
OTHER_PACKAGES = {"photometry": "sncosmo"}
OTHER_TOPICS = {
    "analytic": "cases with a known answer, without lenstronomy",
    "gradients": "derivatives against central differences, and finite at the edges",
    "catalogs": "systems of a catalogue in OM10's layout, from an independent solver",
    "exchange": "packaged examples to lenstronomy and back, each band; asks the installed lenstronomy",
    "coolest": "packaged examples as COOLEST templates, back again and in lenstronomy; asks coolest",
    "products": "convergence, shear, magnification, delays, radii and curves; asks the installed lenstronomy",
    "searches": "image positions behind every mass profile and sums of them, by a fine grid",
}
TOPICS = REFERENCE_TOPICS | OTHER_TOPICS
# Topics that compile a program a profile, or an example, and take as long as all others together: only where
# they are named.
NAMED_ONLY = ("searches", "exchange", "coolest", "products")


def listing(topics: dict[str, str]) -> str:
    """The topics with their descriptions, a line each."""
    return "\n".join(f"  {name:<14} {description}" for name, description in topics.items())
