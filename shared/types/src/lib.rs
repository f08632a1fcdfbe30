//! The shared value types.
