"""From the parameters of one system to its image, its noise and its likelihood.

Pure functions of a `Scene` (static) and `params` (every value, traced).  The batch axis is added in
`jaxlens.simulator`; only the noise is random.
"""
