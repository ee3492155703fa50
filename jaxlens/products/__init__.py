"""What follows from a system beside its image: maps of its lens, critical curves, radii, fluxes and S/N.

Pure functions of a `Scene` (static) and `params` of one system; the batch axis is added in
`jaxlens.simulator`.  Critical curves alone are found on the host, since their number is not known before.
"""
