"""The voice room: knows sound and time, nothing of shops, slots or items."""
