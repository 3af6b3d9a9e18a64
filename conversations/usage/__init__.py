"""What was used: reports for administrators, and a user's own usage."""
