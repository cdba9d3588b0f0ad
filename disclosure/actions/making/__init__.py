"""From a decision to a package: composed, checked, built, sealed."""
