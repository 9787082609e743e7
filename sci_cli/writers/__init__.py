"""Files that go out: mail drafts, tables for spreadsheets, and the one way a new file is written."""
