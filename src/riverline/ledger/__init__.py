"""The rectification ledger: problems from finding to closing, and back."""

from __future__ import annotations

from riverline.ledger.book import Ledger
from riverline.ledger.machine import LedgerRules, list_ledger_rules, load_ledger_rules
from riverline.ledger.result import Intake, Rebounds, Recorded

__all__ = ["Intake", "Ledger", "LedgerRules", "Rebounds", "Recorded", "list_ledger_rules", "load_ledger_rules"]
