"""The server room: the only one that knows sound, words and items; sessions, protocol, command line, page."""
