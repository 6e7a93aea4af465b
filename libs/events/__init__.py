"""The facts that services publish, their envelope, topics and frozen schemas. No input or output."""
