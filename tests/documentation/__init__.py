"""Running what the documentation says: its blocks of code, in folders that have what they name."""
