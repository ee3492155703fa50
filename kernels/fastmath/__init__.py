"""Elementary and special functions that are fast on CPUs and GPUs, and workarounds for compilers.

Mathematics only: anything that is about lensing, light or images belongs to the folders beside this one.
"""
