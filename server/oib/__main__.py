"""Run ``python -m oib`` as the ``oib`` command."""

from oib.cli import main

raise SystemExit(main())
