"""How alertgen scales, measured against promtool on the same machine in the same run: `make bench`."""
