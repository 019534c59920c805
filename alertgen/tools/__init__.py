"""The programs that have the last word: finding promtool and amtool, running them, reading what they print. I/O."""
