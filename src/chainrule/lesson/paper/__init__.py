"""What a LaTeX document needs beside formulas: letters of any script, and drawings without packages."""
