"""Noise of a detector: its variance in a pixel, and normal and Poisson random numbers.

`jaxlens.imaging` decides which of them an image gets, and from which key.
"""
