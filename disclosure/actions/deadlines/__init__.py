"""When something is due: the calendar, the reckoning, the reminders."""
