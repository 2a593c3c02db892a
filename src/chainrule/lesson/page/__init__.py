"""The page's own drawings and its one template: graph, plots, heat maps, styles."""
