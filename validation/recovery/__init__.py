"""Mock lenses and populations whose parameters are known, and how well fits find them again."""
