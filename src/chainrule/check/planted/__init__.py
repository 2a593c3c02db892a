"""Planted mistakes and rewritten right passes: how well the check finds the one and spares the other."""
