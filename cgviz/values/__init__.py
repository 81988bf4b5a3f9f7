"""What flows through a graph: floats and arrays, in IEEE arithmetic that never raises."""
