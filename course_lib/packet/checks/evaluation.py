"""EVL, and the thresholds that are held against floors and against broken systems."""
