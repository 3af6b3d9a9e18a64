"""English dates in the form that browsers give them: "Nov 30, 2026, 14:02"."""

DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = "M j, Y, H:i"
TIME_FORMAT = "H:i"
