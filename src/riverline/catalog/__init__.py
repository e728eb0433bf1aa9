"""The catalogue of the four chaos."""
