"""The reference downstream consumer of OrderPosted: invoices and credit notes, with its own database and outbox."""
