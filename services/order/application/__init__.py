"""What a command needs to know before it is decided, and what timers ask."""
