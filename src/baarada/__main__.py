"""``python -m baarada``."""

from baarada.cli import main

if __name__ == "__main__":
    main()
