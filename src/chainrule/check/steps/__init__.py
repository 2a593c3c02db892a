"""Whether the steps that a script takes are those of its loss, and the fewest corrections that make them so."""
