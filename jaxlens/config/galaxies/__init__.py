"""Images of real galaxies: stacks and catalogues of them, and which image a system gets."""
