"""A demonstration: real offices, invented people, written through the same door as people use."""
