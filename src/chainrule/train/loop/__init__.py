"""The loop: epochs of batches, what is watched on the way, and the checkpoints it can go on from."""
