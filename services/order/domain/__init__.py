"""What the order service decides on: the service order."""
