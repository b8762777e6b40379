"""What the demo, the integration tests and the benchmarks share: a PBX to start, phones, wires."""
