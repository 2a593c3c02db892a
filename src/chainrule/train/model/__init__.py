"""The network: its layers made ready, asked, described, and kept in files."""
