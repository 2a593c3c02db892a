"""How it is said: a program's values, lines and slopes as mathematics."""
