"""Pictures of every page and open state of the site, in both themes and three sizes."""
