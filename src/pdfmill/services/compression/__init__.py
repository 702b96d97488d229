"""Making PDF files smaller without harming them. `service` is the recipe; its steps are the modules beside it."""
