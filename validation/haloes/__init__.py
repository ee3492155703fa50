"""Drawn haloes beside pyHalo: `python -m validation.haloes` (extra `haloes`).

Each comparison draws from both and states a mean, or the largest distance between two distributions with the
probability that the same distribution gives a larger one (Kolmogorov and Smirnov).
"""
