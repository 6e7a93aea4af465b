"""What the subscription billing service decides about: period codes, groups, prices, subscriptions and their billing."""
