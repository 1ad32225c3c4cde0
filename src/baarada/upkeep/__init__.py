"""Setting up a node and keeping it safe."""
