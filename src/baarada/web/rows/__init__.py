"""Lists over the whole register: absences, departures, posts and the like."""
