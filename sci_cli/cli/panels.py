"""The headings under which `sci --help` lists the commands."""

EVERYDAY = "Everyday"
STEPS = "Steps"
ORDERS = "Checks and orders"
NETWORK = "Network"
PROVIDERS = "Providers"
KEEPING = "Record keeping"
SETTINGS = "Help and settings"
