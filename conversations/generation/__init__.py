"""A generation: our run of one completion, as a numbered log of events and a supervised task."""
