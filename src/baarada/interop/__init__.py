"""Doors to others: tables, and later other systems."""
