"""Our own date formats, found through ``FORMAT_MODULE_PATH``."""
