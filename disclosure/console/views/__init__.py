"""Pages of the console: they read, ask the actions, and show what came of it."""
