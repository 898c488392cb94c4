"""The schema's history; `fanzha.records.schema` runs it. To change a table, copy the newest."""
