"""``python -m riverline`` is the command ``riverline``, for shells that do not find scripts."""

from __future__ import annotations

from riverline.cli import main

if __name__ == "__main__":
    main()
