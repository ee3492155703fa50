"""The same system in other codes: lenstronomy's arguments and COOLEST's files, out and in."""
