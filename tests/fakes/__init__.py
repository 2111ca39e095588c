"""Doubles made by hand: whole implementations of our own ports, in memory and deterministic."""
