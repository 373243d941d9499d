"""What Alpine and its images offer: releases, images, package names, what musl lacks. Data in ``data/``; pure."""

__all__: list[str] = []
