"""What is validated.  A topic has a comparison in `validation.agreement.checks`.

Those of lenstronomy's numbers also have a module here, with `groups() -> {name: {array name: array}}`, which
makes the topic's reference file.
"""

from __future__ import annotations

REFERENCE_TOPICS = {
    "light": "surface brightness and total flux of every light profile",
    "mass": "potential, deflection, convergence, shear and magnification of every mass profile",
    "amplitudes": "magnitude to amplitude, of every light profile and of point sources",
    "cosmology": "distances, and velocity dispersion to Einstein radius",
    "rays": "ray shooting and arrival times through two and three deflecting planes",
    "positions": "image positions, magnifications and time delays of point sources",
    "psf": "blur and stamps of point sources, under every kind of PSF",
    "supersampling": "images at supersampling 1, 2, 3 and 5",
    "scenes": "whole images: every packaged example, and random scenes",
    "noise": "standard deviation of the noise in every pixel",
}
OTHER_TOPICS = {
    "analytic": "cases with a known answer, without lenstronomy",
    "gradients": "derivatives against central differences, and finite at the edges",
}
TOPICS = REFERENCE_TOPICS | OTHER_TOPICS


def listing(topics: dict[str, str]) -> str:
    """The topics, a line each."""
    return "\n".join(f"  {name:<14} {what}" for name, what in topics.items())
