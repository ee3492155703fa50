"""Real lenses: light that is linear in its amplitudes, a search without a person, and a choice of models.

What moves is the mass and the shape of the light; amplitudes are solved for at each step (`expansion`).
"""
