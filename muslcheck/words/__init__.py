"""The words of the field as frozen values. Standard library and packaging only."""

__all__: list[str] = []
