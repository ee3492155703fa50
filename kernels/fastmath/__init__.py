"""Elementary and special functions that are fast on CPUs and GPUs, and workarounds for compilers.

Mathematics only: lensing, light and images belong to the folders beside this one.
"""
