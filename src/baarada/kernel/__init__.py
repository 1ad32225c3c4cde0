"""The ground: days, spans, ids, hybrid clocks, actors, errors. No Django."""
