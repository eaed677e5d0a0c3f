"""JupyterLab as the course starts it: settings that ship, and the start itself."""
