"""Source with notes taken: a script or function rewritten so that every assignment and every part it reads is met."""
