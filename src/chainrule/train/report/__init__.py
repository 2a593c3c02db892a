"""The report: everything there is to see of a training, as text and as one page."""
