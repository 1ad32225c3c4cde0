"""Baarada: one register of every person who works for health."""

__version__ = "0.1.0"
