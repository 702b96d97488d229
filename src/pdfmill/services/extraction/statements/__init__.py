"""Bank and credit-card statements: what a page says about an account, proved by its balances."""
