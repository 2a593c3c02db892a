"""The lesson as coloured characters."""
