"""One module a command (or family of commands) of ``shoptalk``; heavy imports happen inside the functions."""
