"""Activation assistant for Verizon Secure Cloud Interconnect."""

__version__ = "0.1.0"
