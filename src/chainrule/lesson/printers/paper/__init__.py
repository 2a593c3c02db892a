"""The lesson as a LaTeX document: letters of any script, and drawings without packages."""
