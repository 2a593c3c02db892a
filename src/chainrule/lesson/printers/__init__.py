"""How it reaches the reader: one small printer for each medium."""
