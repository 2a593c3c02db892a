"""What is told: the derivation worked out, its values named, its steps put in order."""
