"""Elementary and special functions that are fast on CPUs and GPUs, and workarounds for compilers.

Nothing here knows anything of lensing.
"""
