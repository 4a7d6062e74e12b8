"""The command `hpo` where it is not on the path:  python -m hpo sweep …"""

from hpo.cli import main

if __name__ == "__main__":
    main()
