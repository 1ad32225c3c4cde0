"""What happened: entries, lanes, merging, conflicts, rebuild, as known then, verification."""
