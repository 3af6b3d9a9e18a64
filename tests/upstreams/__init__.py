"""Model servers that do what they are told, faults included."""
