"""Screens, one folder per audience task."""
