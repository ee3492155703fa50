"""Noise of a detector: its variance in a pixel, and normal and Poisson random numbers.

Which of them an image gets, and from which key, is decided in `jaxlens.imaging`.
"""
