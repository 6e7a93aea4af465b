"""The deployment step that makes the topics."""
