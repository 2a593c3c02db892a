"""What is drawn, before any medium draws it: where nodes, curves and shades stand."""
