"""When it went wrong: reported, measured, told, closed."""
