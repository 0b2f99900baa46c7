"""The benchmarks, with what they are measured against; without them "fast enough" would be an opinion."""
