"""Fits of the mock lenses by jaxlens, lenstronomy and JAXtronomy: `python -m validation.speed.fits`.

Whether the fits are right is the matter of `validation.recovery`; here they are timed.
"""
