"""From the parameters of one system to its image, its noise and its likelihood.

Pure functions of a `Scene` (what is static) and `params` (all numbers, traced).  Nothing here has a batch
axis, which `jaxlens.simulator` adds, and nothing is drawn but noise.
"""
