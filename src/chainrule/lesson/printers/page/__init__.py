"""The lesson as one HTML page: its template, its styles, and what they show."""
