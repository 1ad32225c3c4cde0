"""Simulated networks: several nodes run the shipped core, everything that can go wrong does."""
