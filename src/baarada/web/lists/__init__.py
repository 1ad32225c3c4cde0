"""Pages of the lists of the country: what is in force, what was retired, what replaces what."""
