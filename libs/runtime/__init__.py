"""The machinery: the only code that knows the event store's library, Kafka's clients and PostgreSQL's driver."""
