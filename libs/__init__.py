"""What every service is built from: words, arithmetic, facts and machinery."""
