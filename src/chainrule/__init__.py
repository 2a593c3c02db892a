"""Write the forward pass in NumPy; get the backward pass derived, explained and written out."""

__version__ = "0.1.0"
__all__ = ["__version__"]
