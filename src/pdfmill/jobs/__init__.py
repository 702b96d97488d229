"""What a job is: its table, its states, its files. Knows SQLAlchemy, neither Flask nor Celery."""
