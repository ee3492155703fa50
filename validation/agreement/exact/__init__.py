"""Lensing computed independently of jaxlens: mass profiles, image positions, total fluxes.

Used by `validation.agreement.topics` to make reference values where lenstronomy has only finite differences
or nothing.  Nothing here may import jaxlens, because its errors would then be in the reference too.
"""
