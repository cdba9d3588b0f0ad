"""One small table, once for each way to record what happens to it."""
