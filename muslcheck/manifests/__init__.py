"""Text of a manifest in, requirements with their origins out; one reader per format; pure."""
