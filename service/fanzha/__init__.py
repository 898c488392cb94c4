"""fanzha (反诈): a compliance decision service for China's anti-fraud law."""

__version__ = "0.1.0"
