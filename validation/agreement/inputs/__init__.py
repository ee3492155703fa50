"""Configurations, parameters and points at which comparisons are made.

Shared by `topics`, which compute reference values there, and `checks`, which compute the same with jaxlens.
Results and tolerances have no place here.
"""
