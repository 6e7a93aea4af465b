"""Service agreements: what customers are promised, on which project, how fast, and from when until when."""
