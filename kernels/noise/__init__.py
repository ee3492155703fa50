"""Noise: its variance in a pixel, and normal and Poisson random numbers."""
