"""Forms of dates by language, which Django looks for here."""
