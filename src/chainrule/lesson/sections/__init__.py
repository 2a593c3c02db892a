"""The lesson, chapter by chapter: each tells its part of the story as a stream of parts."""
