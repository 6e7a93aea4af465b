"""HTTP in front of deciders and views: strict at the door, the same answers in every service."""
