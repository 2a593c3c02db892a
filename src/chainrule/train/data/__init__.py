"""Data: tables and arrays, their columns, and what a network takes of them."""
