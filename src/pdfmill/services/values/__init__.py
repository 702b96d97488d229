"""Values as people write them: numbers, currencies, months."""
