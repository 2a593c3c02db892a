"""Why it holds: each rule derived from what its op is made of."""
