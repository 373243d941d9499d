"""The wires: project pages, metadata, archives, cache, credentials. The only room that awaits, beside core, and the only httpx."""
