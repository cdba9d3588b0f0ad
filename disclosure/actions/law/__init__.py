"""Which law applies, to which facts, and what its use weighs."""
