"""SUBSTRUCTURE and LINE_OF_SIGHT: numbers of dark haloes, lists of them, and how many have room."""
