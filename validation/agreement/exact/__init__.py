"""Values to many digits that share no code with jaxlens: mass profiles, image positions, total fluxes."""
