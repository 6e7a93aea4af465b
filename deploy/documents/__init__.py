"""Documents and schemas that are written from the code, and compared with it by the tests."""
