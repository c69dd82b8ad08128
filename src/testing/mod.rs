//! Builders and a fixed clock, for tests only.
