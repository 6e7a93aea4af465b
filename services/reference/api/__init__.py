"""The routes of the reference service: put, get and list records of every kind."""
