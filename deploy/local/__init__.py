"""The whole of Fieldfact on one machine without Docker: real servers, every service, one supervisor."""
