"""Fits of the mock lenses by jaxlens, lenstronomy and JAXtronomy: `python -m validation.speed.fits`.

Here fits are timed; `validation.recovery` checks that they are right.
"""
