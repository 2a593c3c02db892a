"""The C engine: training steps in the C dialect, compiled, kept, and run an epoch at a time."""
