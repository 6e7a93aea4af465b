"""What a command must know before it is decided: the records that it names, and the streams that it asks for."""
